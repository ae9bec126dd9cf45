import { z } from 'zod';
import { TIMED_FIELDS } from '../session-schemas.ts';
import { Dialect } from './task.ts';

/** How `output` shows rows; `python` is InterCode's text. */
export const RowFormat = z.enum(['table', 'json', 'csv', 'python']);
export type RowFormat = z.infer<typeof RowFormat>;

/** Reset options that only `sql-v1` has. */
export const SQL_OPTIONS = {
  dialect: Dialect.optional().describe(
    "Database system to play on. Default: the dataset's own; `sqlite` for the built-in tasks.",
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
    .describe('Maximum number of rows returned per result; `row_count` is the true number. Default: 1000.'),
  scoring: z
    .enum(['execution_match', 'intercode', 'composite'])
    .optional()
    .describe(
      'How the reward is computed. Default: `execution_match`; `intercode` under `intercode` semantics.',
    ),
  weights: z
    .record(z.string().min(1), z.number().min(0).max(1_000_000))
    .optional()
    .describe("Weights of a composite reward's parts, by name. Default: see the environment's README."),
};
export type SqlOptions = z.infer<z.ZodObject<typeof SQL_OPTIONS>>;

/** A value in JSON. Values that JSON does not have (dates, big numbers, blobs) are text. */
const Cell = z.union([z.null(), z.number(), z.string()]);

/** Fields of an observation. Rows and columns are those of the last result. */
export const SQL_OBSERVATION = {
  ...TIMED_FIELDS,
  columns: z.array(z.string()).nullable().optional().describe('Names of the last result’s columns.'),
  rows: z.array(z.array(Cell)).nullable().optional().describe('Rows of the last result.'),
  row_count: z.number().int().min(0).optional().describe('True number of rows, even if fewer are returned.'),
  affected_rows: z.number().int().optional().describe('Rows that the last statement changed.'),
  error: z
    .looseObject({
      code: z.union([z.number(), z.string()]).nullable(),
      sqlstate: z.string().nullable(),
      message: z.string(),
    })
    .optional()
    .describe("The database's error, if a statement failed."),
  session_restarted: z
    .boolean()
    .optional()
    .describe('Whether the connection had to be replaced and lost its variables and temporary tables.'),
};
