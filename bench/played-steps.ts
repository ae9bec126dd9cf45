import type { StepwellClient } from '../clients/typescript/client.ts';
import type { Episode } from '../clients/typescript/episode.ts';
import type { Percentiles } from './figures.ts';
import { percentiles } from './figures.ts';

/** An episode that has made some steps. */
export interface Played {
  /** For a report. */
  readonly label: string;
  readonly environment: string;
  readonly steps: readonly string[];
}

const repeated = (count: number, code: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => code(n));

const BASH_STATE = 'cd /tmp; x=1; f() { echo "$x"; }; alias ll="ls -l"; set -o pipefail';

/** Bash with 1 MB of changes: 32 files. */
export const BASH_1_MB: Played = {
  label: 'bash, 1 MB of changes',
  environment: 'bash-v1',
  steps: [
    BASH_STATE,
    'mkdir -p /work/data; for i in {1..32}; do head -c 32768 /dev/urandom > /work/data/$i; done',
  ],
};
export const BASH_10_STEPS: Played = {
  label: 'bash, 10 steps',
  environment: 'bash-v1',
  steps: [BASH_STATE, ...repeated(9, (n) => `echo ${n} >> /tmp/log; wc -l < /tmp/log`)],
};
export const PYTHON_10_STEPS: Played = {
  label: 'python, 10 steps',
  environment: 'python-v1',
  steps: ['import json, re\nn = 0', ...repeated(9, (n) => `n += ${n}\nprint(json.dumps({"n": n}))`)],
};
export const SQL_10_STEPS: Played = {
  label: 'sql, 10 steps',
  environment: 'sql-v1',
  steps: [
    'CREATE TEMPORARY TABLE seen (n INTEGER)',
    ...repeated(9, (n) => `INSERT INTO seen VALUES (${n}); SELECT SUM(n) FROM seen`),
  ],
};

/** Time in which released sandboxes become pristine again, in milliseconds. */
const RENEWAL_MS = 60;
const WARM_UP = 5;
const COUNT = 100;

/** Begin an episode and make its steps. */
export async function play(client: StepwellClient, { environment, steps }: Played): Promise<Episode> {
  const episode = await client.reset({ environment, seed: 1 });
  for (const code of steps) await episode.step({ code });
  return episode;
}

/** Durations of `run`, with pauses for the pool. `settle` is not measured. */
export async function paused<T>(
  run: () => Promise<T>,
  settle: (made: T) => Promise<unknown>,
): Promise<Percentiles> {
  const samples: number[] = [];
  for (let index = 0; index < COUNT + WARM_UP; index += 1) {
    const begun = performance.now();
    const made = await run();
    samples.push(performance.now() - begun);
    await settle(made);
    await new Promise((resolve) => setTimeout(resolve, RENEWAL_MS));
  }
  return percentiles(samples.slice(WARM_UP));
}
