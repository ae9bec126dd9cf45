import { FORK } from './fork.ts';
import { GROUPS } from './groups.ts';
import { QUEUE } from './queue.ts';
import type { BenchOptions, Report } from './report.ts';
import { UNDO } from './undo.ts';

/** What trainers do besides resets and steps. Each case starts a server of its own. */
export interface TrainerCase {
  readonly name: string;
  measure(options: BenchOptions): Promise<Report<unknown>>;
}

/** The cases of `--only trainers`, in their order. */
export const TRAINER_CASES: readonly TrainerCase[] = [FORK, UNDO, GROUPS, QUEUE];
