import type { Dialect } from '../../../environments/sql/task.ts';
import type { Attempt } from './attempt.ts';
import { MYSQL_ATTEMPTS, MYSQL_PROBES } from './mysql-attempts.ts';
import { SQLITE_ATTEMPTS, SQLITE_PROBES } from './sqlite-attempts.ts';

export const ATTEMPTS: Readonly<Record<Dialect, readonly Attempt[]>> = {
  mysql: MYSQL_ATTEMPTS,
  sqlite: SQLITE_ATTEMPTS,
};

/** Asked by the next episode, each answered as it was before anything happened. */
export const PROBES: Readonly<Record<Dialect, readonly string[]>> = {
  mysql: MYSQL_PROBES,
  sqlite: SQLITE_PROBES,
};

/** `README.md`, in Markdown. */
export function attemptsDocument(): string {
  const table = (dialect: Dialect) => [
    '| attempt | what stopped it |',
    '| --- | --- |',
    ...ATTEMPTS[dialect].map(({ name, refused, stoppedBy }) => {
      const answer = refused === null ? '' : ` (error ${refused})`;
      return `| ${name} | ${stoppedBy}${answer} |`;
    }),
  ];
  return [
    '# What agents try on databases, and what stops it',
    '',
    'Made by `npx vitest run test/environments/sql/attempts.test.ts -u` from `mysql-attempts.ts` and `sqlite-attempts.ts`.',
    '`isolation.test.ts` tries each on every engine that is there: an episode does it, and the next one on the same sandbox',
    'asks for tables, rows, variables, locks, rights and more, and must hear what was to be heard before.',
    '',
    '## MySQL (MariaDB)',
    '',
    ...table('mysql'),
    '',
    '## SQLite',
    '',
    ...table('sqlite'),
    '',
  ].join('\n');
}
