import type { Row } from './lanes.ts';

export interface BenchOptions {
  readonly runtime: string;
  /** Number of concurrent episodes, and of sandboxes. @default 32 for Bash, 8 for SQL, 16 for Python */
  readonly lanes?: number;
  /** Time to measure steps, in seconds. */
  readonly seconds: number;
  /** Time to measure graded episodes, in seconds. */
  readonly sustained: number;
}

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
