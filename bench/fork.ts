import type { StepwellClient } from '../clients/typescript/client.ts';
import type { Restoration } from '../protocol/fork.ts';
import type { Percentiles } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import {
  BASH_1_MB,
  BASH_10_STEPS,
  type Played,
  PYTHON_10_STEPS,
  paused,
  play,
  SQL_10_STEPS,
} from './played-steps.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer } from './warm-server.ts';

interface ForkCase {
  readonly played: Played;
  readonly how: Restoration;
  readonly count: number;
  /** @default the present state */
  readonly atStep?: number;
}

const CASES: readonly ForkCase[] = [
  { played: BASH_1_MB, how: 'copy', count: 1 },
  { played: BASH_1_MB, how: 'copy', count: 8 },
  { played: BASH_10_STEPS, how: 'copy', count: 1 },
  { played: BASH_10_STEPS, how: 'replay', count: 1, atStep: 9 },
  { played: PYTHON_10_STEPS, how: 'replay', count: 1 },
  { played: SQL_10_STEPS, how: 'replay', count: 1 },
];
const SANDBOXES = 12;

/** Round trips of `episode/fork`: of one fork, and of groups of eight. */
export const FORK: TrainerCase = {
  name: 'fork',
  async measure({ runtime }: BenchOptions): Promise<Report<unknown>> {
    const figures: Record<string, Percentiles> = {};
    const rows: Row[] = [];
    let failures = 0;
    let ready = '';
    for (const environment of ['bash-v1', 'python-v1', 'sql-v1']) {
      const flags = [`--runtime=${runtime}`, `--pool=${environment}=${SANDBOXES}`, '--pool-max=24'];
      await using server = await startWarmServer(flags, SANDBOXES);
      ready = server.ready;
      for (const one of CASES.filter(({ played }) => played.environment === environment)) {
        const { wrong, times } = await measureFork(server.client, one);
        failures += wrong;
        figures[nameOf(one)] = times;
        rows.push([nameOf(one), 'ms', ms(times)]);
      }
    }
    return { server: ready, figures, rows: [...rows, ['not as expected', '', String(failures)]], failures };
  },
};

function nameOf({ played, how, count, atStep }: ForkCase): string {
  const times = count === 1 ? '' : `, ${count} at once`;
  return `${played.label}${atStep === undefined ? '' : `, at step ${atStep}`}${times}, by ${how}`;
}

async function measureFork(
  client: StepwellClient,
  { played, how, count, atStep }: ForkCase,
): Promise<{ times: Percentiles; wrong: number }> {
  await using episode = await play(client, played);
  let wrong = 0;
  const times = await paused(
    () => episode.fork(atStep === undefined ? { count } : { count, atStep }),
    async (forks) => {
      for (const fork of forks) {
        const right = !('error' in fork) && fork.how === how && fork.exact;
        if (!right) wrong += 1;
        if (!('error' in fork)) await fork.episode.close();
      }
    },
  );
  return { times, wrong };
}
