import type { Dialect } from './task.ts';
import { names, tokens } from './tokens.ts';

/** Functions and keywords whose values depend on the time, the connection or random numbers. */
const OF_THE_MOMENT = new Set(
  (
    'now sysdate curdate curtime localtime localtimestamp utc_date utc_time utc_timestamp unix_timestamp unixepoch ' +
    'connection_id uuid uuid_short rand random randomblob random_bytes'
  ).split(' '),
);
/** SQLite's date functions, which use the current time if none is given: `date()`, `strftime('%Y')`. */
const WITHOUT_TIME = /\b(?:date|time|datetime|julianday|strftime) \( (?:'[^']*' )?\)/;

/**
 * Whether a query always gives the same result on the same data, judged by its words. A column with the name of such a
 * function gives a false negative.
 */
export function isTimeless(sql: string, dialect: Dialect): boolean {
  for (const name of names(sql, dialect)) {
    if (OF_THE_MOMENT.has(name) || name.startsWith('current_')) return false;
  }
  if (dialect !== 'sqlite') return true;
  const all = tokens(sql, dialect).map((token) => token.toLowerCase());
  return !all.includes("'now'") && !all.includes('"now"') && !WITHOUT_TIME.test(all.join(' '));
}
