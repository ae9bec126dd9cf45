import { z } from 'zod';
import { TIMED_FIELDS } from '../session-schemas.ts';
import { Dialect } from './task.ts';

/** How `output` shows rows; `python` is InterCode's text. */
export const RowFormat = z.enum(['table', 'json', 'csv', 'python']);
export type RowFormat = z.infer<typeof RowFormat>;

/** Reset options that are SQL's own. */
export const SQL_OPTIONS = {
  dialect: Dialect.optional().describe(
    "Database to play on. Default: the dataset's own; `sqlite` for the built-in tasks.",
  ),
  output: RowFormat.optional().describe(
    'How `observation.output` shows rows. Default: `table`; `python` under `intercode` semantics.',
  ),
  schema: z
    .boolean()
    .optional()
    .describe("Add the task's tables and columns to the instruction. Default: false."),
  max_rows: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Rows of a result that are returned; the true number is told. Default: 1000.'),
  scoring: z
    .enum(['execution_match', 'intercode', 'composite'])
    .optional()
    .describe(
      'What the reward is made of. Default: `execution_match`; `intercode` under `intercode` semantics.',
    ),
  weights: z
    .record(z.string().min(1), z.number().min(0).max(1_000_000))
    .optional()
    .describe('Weights of the parts of a composite reward, by name. Default: see the environment.'),
};
export type SqlOptions = z.infer<z.ZodObject<typeof SQL_OPTIONS>>;

/** A value as JSON holds it; what it cannot hold (dates, big numbers, blobs) is text. */
const Cell = z.union([z.null(), z.number(), z.string()]);

/** Fields of an observation; rows and columns are those of the last result. */
export const SQL_OBSERVATION = {
  ...TIMED_FIELDS,
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
};
