import { z } from 'zod';
import type { SqlDateTime, SqlRow, SqlValue } from './sql-value.ts';

/** The server's error for a failed statement. */
export const StatementError = z.object({ code: z.number().int(), state: z.string(), message: z.string() });
export type StatementError = z.infer<typeof StatementError>;

const RawResult = z.object({
  columns: z.array(z.string()).nullable(),
  rows: z.array(z.unknown()),
  count: z.number().int(),
  affected: z.number().int(),
});

/** `driver/result.py` documents how values are written. */
export const RawExecution = z.object({
  results: z.array(RawResult),
  left_out: z.number().int(),
  error: StatementError.nullable(),
  timed_out: z.boolean(),
  restarted: z.boolean(),
});

/** The kept rows of the answer. */
const RawAnswer = z.object({ rows: z.array(z.unknown()) });

/** Whether the agent was connected, or its database is missing. */
export const RawBeginning = z.object({ missing: z.literal(true).optional() });

export const RawSchema = z.object({
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.tuple([z.string(), z.string()])) })),
});
/** Tables of a database with the names and types of their columns. */
export type Schema = z.infer<typeof RawSchema>['tables'];

/** The result of one statement. */
export interface StatementResult {
  /** `null`: a statement without rows. */
  readonly columns: readonly string[] | null;
  /** The first rows, up to the caps; the driver may have kept more. */
  readonly rows: readonly SqlRow[];
  /** True number of rows. */
  readonly count: number;
  readonly affected: number;
}

/** The results of one action, up to its first error. */
export interface Execution {
  readonly results: readonly StatementResult[];
  /** Number of statements before the last one whose results are left out. */
  readonly leftOut: number;
  readonly error: StatementError | null;
  readonly timedOut: boolean;
  /** Whether the agent's connection was lost, with its transactions, variables and temporary tables. */
  readonly restarted: boolean;
}

const PYTHON_FLOATS: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

function numbers(text: string): number[] {
  return text.split(/[^\d]+/).map(Number);
}

function dateTime(text: string): SqlDateTime {
  const [whole = '', fraction = ''] = text.split('.');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers(whole);
  const microsecond = Number(fraction.padEnd(6, '0'));
  return { type: 'datetime', year, month, day, hour, minute, second, microsecond };
}

/** The value of a date with zeros in it, which no calendar has. */
export type ZeroDate = (text: string) => SqlValue;

/** A value that is written as an object whose only key is its kind. */
function tagged(raw: object, zeroDate: ZeroDate): SqlValue {
  const [entry] = Object.entries(raw);
  const [kind, text] = entry ?? [];
  if (typeof text !== 'string') throw new Error(`the driver returned no value: ${JSON.stringify(raw)}`);
  switch (kind) {
    case 'f':
      return PYTHON_FLOATS[text] ?? Number(text);
    case 'i':
      return BigInt(text);
    case 'n':
      return { type: 'decimal', text };
    case 'd': {
      const [year = 0, month = 0, day = 0] = numbers(text);
      return { type: 'date', year, month, day };
    }
    case 't':
      return dateTime(text);
    case 'z':
      return zeroDate(text);
    case 'l':
      return { type: 'time', microseconds: BigInt(text) };
    case 'b':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      throw new Error(`the driver returned a value of kind ${kind}`);
  }
}

function row(raw: unknown, zeroDate: ZeroDate): SqlRow {
  if (!Array.isArray(raw)) throw new Error('the driver returned no row');
  return raw.map((value: unknown) => {
    if (value === null || typeof value === 'string') return value;
    if (typeof value === 'number') return BigInt(value);
    if (typeof value === 'object') return tagged(value, zeroDate);
    throw new Error(`the driver returned no value: ${value}`);
  });
}

/** The rows of the answer that the driver kept. */
export function answerFrom(document: unknown, zeroDate: ZeroDate): SqlRow[] {
  return RawAnswer.parse(document).rows.map((raw) => row(raw, zeroDate));
}

/** The driver's report of an action, as values. */
export function executionFrom(document: unknown, zeroDate: ZeroDate): Execution {
  const { results, left_out, error, timed_out, restarted } = RawExecution.parse(document);
  return {
    results: results.map(({ rows, ...result }) => ({
      ...result,
      rows: rows.map((raw) => row(raw, zeroDate)),
    })),
    leftOut: left_out,
    error,
    timedOut: timed_out,
    restarted,
  };
}
