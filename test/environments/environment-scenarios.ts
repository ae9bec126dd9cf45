import { BUILT_IN as BASH } from '../../environments/bash/tasks/built-in.ts';
import { BUILT_IN as PYTHON } from '../../environments/python/tasks/built-in.ts';
import { BUILT_IN as SQL } from '../../environments/sql/tasks/built-in.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { noMariadb } from './sql/mariadb.ts';

/** How the contract of environments is spoken in one of them. */
export interface EnvironmentScenario {
  readonly title: string;
  /** E.g. `bash-v1`. */
  readonly environment: string;
  /** With the task. */
  readonly options: ResetOptions;
  /** Actions that earn the whole reward. */
  readonly gold: readonly string[];
  /** Actions that earn less. */
  readonly wrong: readonly string[];
  /** Prints what contains `shown`. */
  readonly show: { readonly code: string; readonly shown: string };
  /** Fails, and is an observation. */
  readonly fail: string;
  /** Keeps a count in the session: begins it, adds one, shows it so that `one` matches where it is 1. */
  readonly count: {
    readonly begin: string;
    readonly add: string;
    readonly show: string;
    readonly one: RegExp;
  };
  /** An option that this environment does not have. */
  readonly foreign: { readonly name: string; readonly options: ResetOptions };
  /** Why it cannot be played on the local engine of this machine, or `null`. */
  readonly localLacks: string | null;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}

const bashTask = found(
  BASH.tasks.find(({ id }) => id === 'text-frequent-words'),
  'Bash task of this name',
);
const pythonTask = found(
  PYTHON.tasks.find(({ entry, tests }) => entry !== undefined && tests !== undefined),
  'Python task with tests of a function',
);
const sqlTask = found(SQL.tasks[0], 'SQL task');

export const BASH_SCENARIO: EnvironmentScenario = {
  title: 'bash-v1',
  environment: 'bash-v1',
  options: { task: bashTask.id },
  gold: [bashTask.gold].flat(),
  wrong: ['echo nothing of the kind'],
  show: { code: 'echo "$((6 * 7))"', shown: '42' },
  fail: 'ls /nowhere',
  count: {
    begin: 'n=0',
    add: 'n=$((n + 1))',
    show: 'echo "n is $n"',
    one: /^n is 1$/m,
  },
  foreign: { name: 'dialect', options: { dialect: 'sqlite' } },
  localLacks: null,
};

export const PYTHON_SCENARIO: EnvironmentScenario = {
  title: 'python-v1',
  environment: 'python-v1',
  options: { task: pythonTask.id },
  gold: [pythonTask.gold],
  wrong: [`def ${pythonTask.entry}(*args, **kwargs):\n    return None`],
  show: { code: '6 * 7', shown: '42' },
  fail: '1 / 0',
  count: { begin: 'n = 0', add: 'n += 1', show: 'print("n is", n)', one: /^n is 1$/m },
  foreign: { name: 'dialect', options: { dialect: 'sqlite' } },
  localLacks: null,
};

function sqlScenario(dialect: 'sqlite' | 'mysql', localLacks: string | null): EnvironmentScenario {
  const gold = typeof sqlTask.gold === 'string' ? sqlTask.gold : sqlTask.gold[dialect];
  return {
    title: `sql-v1, ${dialect}`,
    environment: 'sql-v1',
    options: { task: sqlTask.id, dialect },
    gold: [gold],
    wrong: ["SELECT 'nothing of the kind'"],
    show: { code: 'SELECT 6 * 7', shown: '42' },
    fail: 'SELECT nothing FROM nowhere',
    count: {
      begin: 'CREATE TEMPORARY TABLE counted (n INTEGER)',
      add: 'INSERT INTO counted VALUES (1)',
      show: "SELECT 'n is', COUNT(*) FROM counted",
      one: /n is\W+1\b/,
    },
    foreign: { name: 'feedback', options: { feedback: true } },
    localLacks,
  };
}

export const SQLITE_SCENARIO = sqlScenario('sqlite', null);
export const MYSQL_SCENARIO = sqlScenario('mysql', noMariadb);
