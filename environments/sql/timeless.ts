import type { Dialect } from './task.ts';
import { names, tokens } from './tokens.ts';

/** Functions and keywords whose values are of the moment, the connection or chance. */
const OF_THE_MOMENT = new Set(
  (
    'now sysdate curdate curtime localtime localtimestamp utc_date utc_time utc_timestamp unix_timestamp unixepoch ' +
    'connection_id uuid uuid_short rand random randomblob random_bytes'
  ).split(' '),
);
/** SQLite's functions of dates, which take a missing time for the present one: `date()`, `strftime('%Y')`. */
const WITHOUT_TIME = /\b(?:date|time|datetime|julianday|strftime) \( (?:'[^']*' )?\)/;

/**
 * Whether a query gives the same whenever it runs on the same data, as far as its words tell; a column by the name of such
 * a function makes it look otherwise.
 */
export function isTimeless(sql: string, dialect: Dialect): boolean {
  for (const name of names(sql, dialect)) {
    if (OF_THE_MOMENT.has(name) || name.startsWith('current_')) return false;
  }
  if (dialect !== 'sqlite') return true;
  const all = tokens(sql, dialect).map((token) => token.toLowerCase());
  return !all.includes("'now'") && !all.includes('"now"') && !WITHOUT_TIME.test(all.join(' '));
}
