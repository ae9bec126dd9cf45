import { z } from 'zod';
import { MAX_TIMEOUT_MS } from '../protocol/action.ts';

/** An option of environments whose actions run in a session that streams its output. */
export const IDLE_TIMEOUT = z
  .number()
  .int()
  .min(1)
  .max(MAX_TIMEOUT_MS)
  .optional()
  .describe('Cut an action that prints nothing for this many milliseconds. Default: no idle deadline.');

/** Observation fields of actions with an exit status and a deadline. */
export const TIMED_FIELDS = {
  exit_code: z
    .number()
    .int()
    .nullable()
    .optional()
    .describe('Exit status; 0 for success, null if it is unknown.'),
  timed_out: z.boolean().optional().describe('Whether a deadline cut the action.'),
  truncated_bytes: z.number().int().min(0).optional().describe('Bytes left out of the middle of `output`.'),
};

/** Fields that `observedRun` returns besides `output`. */
export const SESSION_FIELDS = {
  ...TIMED_FIELDS,
  timeout: z.enum(['deadline', 'idle']).optional().describe('Which deadline cut the action.'),
  session_restarted: z
    .boolean()
    .optional()
    .describe('Whether the session had to be restarted and lost its variables.'),
  cwd: z.string().optional().describe('Working directory of the session.'),
};
