import type { BenchOptions, Report } from './report.ts';

/** A case of what trainers do besides resets and steps. It starts a server of its own. */
export interface TrainerCase {
  readonly name: string;
  measure(options: BenchOptions): Promise<Report<unknown>>;
}
