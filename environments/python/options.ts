import { z } from 'zod';
import { IDLE_TIMEOUT } from '../session-schemas.ts';
import { Visibility } from './task.ts';

/** Reset options that only `python-v1` has. */
export const PYTHON_OPTIONS = {
  idle_timeout_ms: IDLE_TIMEOUT,
  scoring: z
    .enum(['tests', 'efficiency'])
    .optional()
    .describe('How the reward is computed. Default: `tests`.'),
  tests: Visibility.optional().describe(
    "How much a graded step reports about each test; the stricter of this and the task's setting applies. Default: the task's setting.",
  ),
  feedback: z
    .boolean()
    .optional()
    .describe('Include in the observation of a graded step which check failed and why. Default: false.'),
};
export type PythonOptions = z.infer<z.ZodObject<typeof PYTHON_OPTIONS>>;
