import { z } from 'zod';
import type { SqlDateTime, SqlRow, SqlValue } from './sql-value.ts';

/** What the server said of a statement that failed. */
export const StatementError = z.object({ code: z.number().int(), state: z.string(), message: z.string() });
export type StatementError = z.infer<typeof StatementError>;

const RawResult = z.object({
  columns: z.array(z.string()).nullable(),
  rows: z.array(z.unknown()),
  count: z.number().int(),
  affected: z.number().int(),
});

/** `driver/result.py` tells how values are written. */
export const RawExecution = z.object({
  results: z.array(RawResult),
  left_out: z.number().int(),
  error: StatementError.nullable(),
  timed_out: z.boolean(),
  restarted: z.boolean(),
});

/** The rows that stand as the answer. */
const RawAnswer = z.object({ rows: z.array(z.unknown()) });

/** Whether the agent was connected, or its database does not exist. */
export const RawBeginning = z.object({ missing: z.literal(true).optional() });

export const RawSchema = z.object({
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.tuple([z.string(), z.string()])) })),
});
/** Tables of a database with the names and types of their columns. */
export type Schema = z.infer<typeof RawSchema>['tables'];

/** What one statement gave. */
export interface StatementResult {
  /** `null`: a statement that has no rows to give. */
  readonly columns: readonly string[] | null;
  /** The first rows, as many as the caps let through; the driver may have kept more of them. */
  readonly rows: readonly SqlRow[];
  /** How many rows there are in truth. */
  readonly count: number;
  readonly affected: number;
}

/** What one action gave, up to its first error. */
export interface Execution {
  readonly results: readonly StatementResult[];
  /** Statements before the last one of which nothing is told. */
  readonly leftOut: number;
  readonly error: StatementError | null;
  readonly timedOut: boolean;
  /** The agent's connection was lost, and what belonged to it: transactions, variables, temporary tables. */
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

/** What a date with zeros in it becomes, which is none of the calendar's. */
export type ZeroDate = (text: string) => SqlValue;

/** A value that is told by an object with its kind as the one key. */
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

/** The rows of the answer, as far as the driver kept them. */
export function answerFrom(document: unknown, zeroDate: ZeroDate): SqlRow[] {
  return RawAnswer.parse(document).rows.map((raw) => row(raw, zeroDate));
}

/** What the driver tells of an action, as values. */
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
