import type { BenchFlags } from '../clients/cli/bench.ts';
import type { Row } from './lanes.ts';

export type BenchOptions = Pick<BenchFlags, 'runtime' | 'lanes' | 'seconds' | 'sustained'>;

/** What one environment's measuring gives. */
export interface Report<F> {
  /** The server's line when it was ready. */
  readonly server: string;
  readonly figures: F;
  readonly rows: readonly Row[];
  /** Episodes that ended by a fault, without a reward or with a wrong one. */
  readonly failures: number;
}

/** A report as lines. */
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
