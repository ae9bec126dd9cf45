import { z } from 'zod';

const output = z.string().describe('Text for the agent: after reset the instruction, then what was printed.');
const timed = {
  exit_code: z
    .number()
    .int()
    .nullable()
    .optional()
    .describe('Exit status; 0 where nothing went wrong, null where none is known.'),
  timed_out: z.boolean().optional().describe('Whether a deadline cut the action.'),
  truncated_bytes: z.number().int().min(0).optional().describe('Bytes left out of the middle of `output`.'),
};
const session = {
  ...timed,
  timeout: z.enum(['deadline', 'idle']).optional().describe('Which deadline cut the action.'),
  session_restarted: z
    .boolean()
    .optional()
    .describe('The session had to be replaced: its variables are gone.'),
};

/** A value as JSON holds it; what it cannot hold (dates, big numbers, blobs) is text. */
const Cell = z.union([z.null(), z.number(), z.string()]);

/** What each environment's observations hold. They stay open: an environment may add fields within its version. */
export const OBSERVATIONS: Readonly<Record<string, z.ZodType>> = {
  'bash-v1': z.looseObject({
    output,
    ...session,
    cwd: z.string().optional().describe('Working directory of the session.'),
  }),
  'python-v1': z.looseObject({
    output,
    ...session,
    cwd: z.string().optional().describe('Working directory of the session.'),
    feedback: z.string().optional().describe('Which check failed and why, where it was asked for.'),
  }),
  'sql-v1': z.looseObject({
    output,
    ...timed,
    columns: z.array(z.string()).nullable().optional().describe('Names of the last result’s columns.'),
    rows: z.array(z.array(Cell)).nullable().optional().describe('Rows of the last result.'),
    row_count: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('True number of rows, also where fewer are returned.'),
    affected_rows: z.number().int().optional().describe('Rows that the last statement changed.'),
    error: z
      .looseObject({
        code: z.union([z.number(), z.string()]).nullable(),
        sqlstate: z.string().nullable(),
        message: z.string(),
      })
      .optional()
      .describe("The server's error, where a statement failed."),
    session_restarted: z
      .boolean()
      .optional()
      .describe('The connection had to be replaced: its variables and temporary tables are gone.'),
  }),
};
