import { fileURLToPath } from 'node:url';
import { loadDataset } from '../environments/dataset-store.ts';
import { datasetsOf } from '../environments/datasets-of.ts';
import { python } from '../environments/python/definition.ts';
import type { Percentiles } from './figures.ts';
import {
  type Graded,
  gradedRate,
  ms,
  type Row,
  resetTimes,
  soundnessRows,
  stepRate,
  stepTimes,
  unsound,
} from './lanes.ts';
import type { BenchOptions, Report } from './report.ts';
import { startWarmServer } from './warm-server.ts';

export interface PythonFigures {
  /** Round trip of a step that evaluates an expression, one after the other in one episode. */
  readonly step_ms: Percentiles;
  /** Steps per second of many episodes over one socket. */
  readonly steps_per_s: number;
  /** Round trip of `episode/reset` with a warm sandbox free. */
  readonly reset_ms: Percentiles;
  /** Episodes of a reset, the gold as a step, and a submit that is graded by three assertions. */
  readonly graded: Graded;
  /** The same with the built-in functions, which have five to eight tests each; some tests wait on purpose. */
  readonly graded_built_in: Graded;
}

const SANDBOXES = 16;
const STEP = '6 * 7';
const SMALL_FILE = fileURLToPath(new URL('./small-tasks.jsonl', import.meta.url));
const FUNCTIONS = python.builtIn.tasks.filter(({ entry }) => entry !== undefined);

interface Playable {
  readonly id: string;
  readonly gold: string;
}

/** Plays of the tasks in turn. @param dataset @default the built-in one */
function playsOf(tasks: readonly Playable[], dataset?: string) {
  return (seed: number) => {
    const { id, gold } = tasks[seed % tasks.length] ?? {};
    return { reset: { environment: 'python-v1', dataset, task: id }, code: gold ?? '', expected: 1 };
  };
}
const resetOf = (seed: number) => ({ environment: 'python-v1', seed });

/** Measure `python-v1`. */
export async function measurePython(options: BenchOptions): Promise<Report<PythonFigures>> {
  const { runtime, lanes: sandboxes = SANDBOXES, seconds, sustained } = options;
  // An episode holds a second sandbox while it is graded.
  const lanes = Math.max(1, Math.floor(sandboxes / 2));
  const flags = [
    `--runtime=${runtime}`,
    `--pool=python-v1=${sandboxes}`,
    `--pool-max=${sandboxes}`,
    `--dataset=python-v1:small=${SMALL_FILE}`,
  ];
  await using server = await startWarmServer(flags, sandboxes);
  const { client, ready } = server;
  const small = datasetsOf(python, [await loadDataset('python-v1:small', SMALL_FILE)])[0]?.tasks ?? [];
  const figures: PythonFigures = {
    reset_ms: await resetTimes(client, resetOf),
    step_ms: await stepTimes(client, resetOf(1), STEP),
    steps_per_s: await stepRate(client, resetOf, STEP, { lanes: sandboxes, seconds }),
    graded: await gradedRate(client, playsOf(small, 'small'), { lanes, seconds: sustained }),
    graded_built_in: await gradedRate(client, playsOf(FUNCTIONS), { lanes, seconds: sustained }),
  };
  const failures = unsound(figures.graded, figures.graded_built_in);
  return { server: ready, figures, rows: rowsOf(figures, sandboxes), failures };
}

function rowsOf(figures: PythonFigures, sandboxes: number): Row[] {
  const { graded, graded_built_in } = figures;
  const over = `${sandboxes} sandboxes, ${graded.seconds} s`;
  return [
    ['step, one episode', 'ms', ms(figures.step_ms)],
    [`steps, ${sandboxes} episodes`, '1/s', figures.steps_per_s.toFixed(0)],
    ['reset, warm', 'ms', ms(figures.reset_ms)],
    [`graded episodes, three assertions each, ${over}`, '1/s', graded.episodes_per_s.toFixed(1)],
    [`graded episodes, built-in functions, ${over}`, '1/s', graded_built_in.episodes_per_s.toFixed(1)],
    ...soundnessRows([graded, graded_built_in]),
  ];
}
