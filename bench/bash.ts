import { readFileSync } from 'node:fs';
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

export interface BashFigures {
  /** Round trip of an `echo` step, one after the other in one episode. */
  readonly step_ms: Percentiles;
  /** Steps per second of many episodes over one socket. */
  readonly steps_per_s: number;
  /** Round trip of `episode/reset` with a warm sandbox free, while no other is being renewed. */
  readonly reset_ms: Percentiles;
  /** The same without a pause in between: released sandboxes are renewed meanwhile. */
  readonly reset_busy_ms: Percentiles;
  /** Episodes of a reset, one step and a graded submit; as many at a time as there are sandboxes. */
  readonly graded: Graded;
  /** Memory per warm sandbox, in MiB: the decrease of the machine's available memory. */
  readonly memory_mib: number;
}

const LANES = 32;
const ECHO = 'echo hi';
const resetOf = (seed: number) => ({ environment: 'bash-v1', seed });

/** Measure `bash-v1`. */
export async function measureBash(options: BenchOptions): Promise<Report<BashFigures>> {
  const { runtime, lanes = LANES, seconds, sustained } = options;
  const single = await measureOne(runtime);
  const before = availableMib();
  const flags = [`--runtime=${runtime}`, `--pool=bash-v1=${lanes}`, `--pool-max=${2 * lanes}`];
  await using server = await startWarmServer(flags, lanes);
  const { client, ready } = server;
  const memory = (before - availableMib()) / lanes;
  const figures: BashFigures = {
    ...single,
    memory_mib: memory,
    steps_per_s: await stepRate(client, resetOf, ECHO, { lanes, seconds }),
    graded: await gradedRate(client, (seed) => ({ reset: resetOf(seed), code: ECHO }), {
      lanes,
      seconds: sustained,
    }),
  };
  return { server: ready, figures, rows: rowsOf(figures, lanes), failures: unsound(figures.graded) };
}

/** Figures of one client with one episode at a time, on a server with the default pool. */
async function measureOne(
  runtime: string,
): Promise<Pick<BashFigures, 'step_ms' | 'reset_ms' | 'reset_busy_ms'>> {
  await using server = await startWarmServer([`--runtime=${runtime}`], 4);
  const { client } = server;
  return {
    reset_ms: await resetTimes(client, resetOf),
    reset_busy_ms: await resetTimes(client, resetOf, { pauseMs: 0 }),
    step_ms: await stepTimes(client, resetOf(1), ECHO),
  };
}

function rowsOf(figures: BashFigures, lanes: number): Row[] {
  const { graded } = figures;
  return [
    ['step, one episode', 'ms', ms(figures.step_ms)],
    [`steps, ${lanes} episodes`, '1/s', figures.steps_per_s.toFixed(0)],
    ['reset, warm', 'ms', ms(figures.reset_ms)],
    ['reset, back to back', 'ms', ms(figures.reset_busy_ms)],
    [`graded episodes, ${lanes} sandboxes, ${graded.seconds} s`, '1/s', graded.episodes_per_s.toFixed(1)],
    ['memory of a warm sandbox', 'MiB', figures.memory_mib.toFixed(1)],
    ...soundnessRows([graded]),
  ];
}

/** Available memory of the machine, in MiB. */
function availableMib(): number {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return Number(line?.[1]) / 1024;
}
