import { bash } from '../../environments/bash/definition.ts';
import { python } from '../../environments/python/definition.ts';
import { sql } from '../../environments/sql/definition.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Random } from './random.ts';

export type By = 'gold' | 'wrong' | 'nothing';

/** One way to play one task, whose reward is the same each time. */
export interface Play {
  readonly reset: Params<'episode/reset'> & { readonly task: string };
  readonly by: By;
  /** The action before the submit. @default none */
  readonly code?: string;
  /** What is given with the submit. @default nothing */
  readonly answer?: string;
}

/** Statements that change no reward: they give a fault time to meet a step. */
export const FILLERS: Readonly<Record<string, readonly string[]>> = {
  'bash-v1': [
    'sleep 0.3',
    'true',
    'sleep 1',
    'for i in 1 2 3 4 5; do sleep 0.05; done',
    'cat /etc/passwd >/dev/null',
  ],
  'sql-v1': [
    'SELECT 1',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT COUNT(*) FROM n a, n b',
  ],
  'python-v1': ['import time; time.sleep(0.3)', 'sum(range(10 ** 6))', 'print("x" * 100_000)'],
};

/** An action that takes more memory than a sandbox has, where an environment runs programs. */
export const HOGS: Readonly<Record<string, string>> = {
  'bash-v1': 'head -c 3G /dev/zero | tail >/dev/null',
  'python-v1': 'hog = [bytearray(1 << 24) for _ in range(1 << 8)]',
};

const joined = (gold: string | readonly string[]) => (typeof gold === 'string' ? gold : gold.join(';'));

/** Tasks whose outcome is a matter of the time that something takes. */
const TIMED = new Set(['races', 'asynchronous', 'async', 'timing', 'time']);

/** All ways to play some tasks of every environment. @param count tasks of each */
export function somePlays(random: Random, count: number, dialects: readonly ('sqlite' | 'mysql')[]): Play[] {
  const bashPlays = random.some(bash.builtIn.tasks, count).flatMap(({ id, gold, wrong = [] }) => {
    const reset = { environment: 'bash-v1', task: id };
    return ways(reset, joined(gold), wrong, (code) => ({ code }));
  });
  const pythonPlays = random
    .some(
      python.builtIn.tasks.filter(({ tags = [] }) => !tags.some((tag) => TIMED.has(tag))),
      count,
    )
    .flatMap(({ id, gold, wrong = [] }) => {
      const reset = { environment: 'python-v1', task: id };
      return ways(reset, gold, wrong, (answer) => ({ answer }));
    });
  const sqlPlays = dialects.flatMap((dialect) =>
    random.some(sql.builtIn.tasks, count).flatMap(({ id, gold, wrong = [] }) => {
      const reset = { environment: 'sql-v1', dialect, task: id };
      const text = (part: typeof gold) => (typeof part === 'string' ? part : part[dialect]);
      return ways(reset, text(gold), wrong.map(text), (code) => ({ code }));
    }),
  );
  return [...bashPlays, ...pythonPlays, ...sqlPlays];
}

function ways(
  reset: Play['reset'],
  gold: string,
  wrong: readonly string[],
  played: (code: string) => Pick<Play, 'code' | 'answer'>,
): Play[] {
  return [
    { reset, by: 'gold', ...played(gold) },
    ...wrong.slice(0, 1).map((code): Play => ({ reset, by: 'wrong', ...played(code) })),
    { reset, by: 'nothing' },
  ];
}
