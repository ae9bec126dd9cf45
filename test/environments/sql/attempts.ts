import type { Dialect } from '../../../environments/sql/task.ts';
import type { Attempt } from './attempt.ts';
import { INTERCODE_ATTEMPTS, INTERCODE_PROBES } from './intercode-attempts.ts';
import { MYSQL_ATTEMPTS, MYSQL_PROBES } from './mysql-attempts.ts';
import { SQLITE_ATTEMPTS, SQLITE_PROBES } from './sqlite-attempts.ts';

/** A dialect's account of one task's database alone, or InterCode's account on MariaDB. */
export type Account = Dialect | 'intercode';

export const ATTEMPTS: Readonly<Record<Account, readonly Attempt[]>> = {
  mysql: MYSQL_ATTEMPTS,
  intercode: INTERCODE_ATTEMPTS,
  sqlite: SQLITE_ATTEMPTS,
};

/** Asked by the next episode, each answered as it was before anything happened. */
export const PROBES: Readonly<Record<Account, readonly string[]>> = {
  mysql: MYSQL_PROBES,
  intercode: INTERCODE_PROBES,
  sqlite: SQLITE_PROBES,
};

/** `README.md`, in Markdown. */
export function attemptsDocument(): string {
  const table = (account: Account) => [
    '| attempt | what stopped it |',
    '| --- | --- |',
    ...ATTEMPTS[account].map(({ name, refused, stoppedBy }) => {
      const answer = refused === null ? '' : ` (error ${refused})`;
      return `| ${name} | ${stoppedBy}${answer} |`;
    }),
  ];
  return [
    '# What agents try on databases, and what stops it',
    '',
    'Made by `npx vitest run test/environments/sql/attempts.test.ts -u` from `mysql-attempts.ts`, `intercode-attempts.ts`',
    'and `sqlite-attempts.ts`.',
    '`isolation.test.ts` tries each on every engine that is there: an episode does it, and the next one on the same sandbox',
    'asks for tables, rows, variables, locks, rights and more, and must hear what was to be heard before.',
    '',
    '## MySQL (MariaDB)',
    '',
    ...table('mysql'),
    '',
    "## MySQL (MariaDB), InterCode's account",
    '',
    ...table('intercode'),
    '',
    '## SQLite',
    '',
    ...table('sqlite'),
    '',
  ].join('\n');
}
