import type { Runtime } from '../docker/engines/table.ts';
import type { Row } from './lanes.ts';

/** What to measure, and for how long: the flags of `stepwell bench`. */
export interface BenchFlags {
  /** `bash`, `sql`, `python`, `images` or `trainers`. @default all of them */
  readonly only?: string;
  readonly runtime: Runtime;
  /** Episodes at a time, and sandboxes. @default bash 32, sql 8, python 16 */
  readonly lanes?: number;
  /** Time of the steps run, in seconds. */
  readonly seconds: number;
  /** Time of each run of graded episodes, in seconds. */
  readonly sustained: number;
  /** File that gets the figures, too. */
  readonly json?: string;
  /** Whether to measure plain Docker for comparison. */
  readonly plain: boolean;
}

export type BenchOptions = Pick<BenchFlags, 'runtime' | 'lanes' | 'seconds' | 'sustained'>;

/** The measurements of one environment. */
export interface Report<F> {
  /** The line that the server printed when it was ready. */
  readonly server: string;
  readonly figures: F;
  readonly rows: readonly Row[];
  /** Number of episodes with a fault, a wrong reward or none. */
  readonly failures: number;
}

/** The lines of a report. */
export function reportLines(environment: string, server: string, rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    environment,
    server,
    '',
    ...rows.map(([name, unit, value]) => `${name.padEnd(width)}  ${unit.padEnd(4)} ${value}`),
    '',
  ];
}

/** A case of what trainers do besides resets and steps. It starts a server of its own. */
export interface TrainerCase {
  readonly name: string;
  measure(options: BenchOptions): Promise<Report<unknown>>;
}
