import { z } from 'zod';
import { IDLE_TIMEOUT } from '../session-schemas.ts';
import { Visibility } from './task.ts';

/** Reset options that are Python's own. */
export const PYTHON_OPTIONS = {
  idle_timeout_ms: IDLE_TIMEOUT,
  scoring: z
    .enum(['tests', 'efficiency'])
    .optional()
    .describe('What the reward is made of. Default: `tests`.'),
  tests: Visibility.optional().describe(
    'How much a graded step tells of each test; the stricter of this and the task holds. Default: as the task says.',
  ),
  feedback: z
    .boolean()
    .optional()
    .describe('Say in the observation of a graded step which check failed and why. Default: false.'),
};
export type PythonOptions = z.infer<z.ZodObject<typeof PYTHON_OPTIONS>>;
