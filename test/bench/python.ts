import { StepwellClient } from '../../clients/typescript/client.ts';
import { BUILT_IN } from '../../environments/python/tasks/built-in.ts';
import type { Percentiles } from './figures.ts';
import {
  fullyWarm,
  type Graded,
  gradedRate,
  ms,
  type Row,
  resetTimes,
  stepRate,
  stepTimes,
} from './lanes.ts';
import type { BenchOptions, Report } from './report.ts';
import { startServerProcess } from './server-process.ts';

export interface PythonFigures {
  /** One episode, one expression after the other, round trip. */
  readonly step_ms: Percentiles;
  /** Many episodes over one socket. */
  readonly steps_per_s: number;
  /** `episode/reset`, warm, round trip. */
  readonly reset_ms: Percentiles;
  /** reset, the gold as a step, submit graded by the task's tests; the sandboxes are those of episodes and grades. */
  readonly graded: Graded;
}

const SANDBOXES = 16;
const STEP = '6 * 7';
/** Functions with a small set of tests each. */
const TASKS = BUILT_IN.tasks.filter(({ entry }) => entry !== undefined);
const resetOf = (seed: number) => ({ environment: 'python-v1', seed });

/** Every figure of `python-v1`. */
export async function measurePython(options: BenchOptions): Promise<Report<PythonFigures>> {
  const { runtime, lanes: sandboxes = SANDBOXES, seconds, sustained } = options;
  // An episode that is graded holds two sandboxes for a moment.
  const lanes = Math.max(1, Math.floor(sandboxes / 2));
  await using server = await startServerProcess([
    `--runtime=${runtime}`,
    `--pool=python-v1=${sandboxes}`,
    `--pool-max=${sandboxes}`,
  ]);
  await fullyWarm(server.url, sandboxes);
  await using client = await StepwellClient.connect(server.url);
  const playOf = (seed: number) => {
    const { id, gold } = TASKS[seed % TASKS.length] ?? {};
    return { reset: { environment: 'python-v1', task: id }, code: gold ?? '' };
  };
  const figures: PythonFigures = {
    reset_ms: await resetTimes(client, resetOf),
    step_ms: await stepTimes(client, resetOf(1), STEP),
    steps_per_s: await stepRate(client, resetOf, STEP, { lanes: sandboxes, seconds }),
    graded: await gradedRate(client, playOf, { lanes, seconds: sustained }),
  };
  return {
    server: server.ready,
    figures,
    rows: rowsOf(figures, sandboxes),
    failures: figures.graded.failures,
  };
}

function rowsOf(figures: PythonFigures, sandboxes: number): Row[] {
  const { graded } = figures;
  return [
    ['step, one episode', 'ms', ms(figures.step_ms)],
    [`steps, ${sandboxes} episodes`, '1/s', figures.steps_per_s.toFixed(0)],
    ['reset, warm', 'ms', ms(figures.reset_ms)],
    [`graded episodes, ${sandboxes} sandboxes, ${graded.seconds} s`, '1/s', graded.episodes_per_s.toFixed(1)],
    ['mean reward of the golds', '', graded.reward.toFixed(3)],
    ['failures', '', String(graded.failures)],
  ];
}
