import { FORK } from './fork.ts';
import { GROUPS } from './groups.ts';
import { GROWTH } from './growth.ts';
import { QUEUE } from './queue.ts';
import type { TrainerCase } from './report.ts';
import { RESUME } from './resume.ts';
import { UNDO } from './undo.ts';

/** The cases of `--only trainers`, in their order. */
export const TRAINER_CASES: readonly TrainerCase[] = [FORK, UNDO, RESUME, GROUPS, QUEUE, GROWTH];
