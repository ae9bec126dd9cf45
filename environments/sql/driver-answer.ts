import { z } from 'zod';
import type { SqlDateTime, SqlRow, SqlValue } from './sql-value.ts';

/** What the server said of a statement that failed. */
export const StatementError = z.object({ code: z.number().int(), state: z.string(), message: z.string() });
export type StatementError = z.infer<typeof StatementError>;

const RawResult = z.object({
  columns: z.array(z.string()).nullable(),
  rows: z.array(z.array(z.unknown())),
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

export const RawSchema = z.object({
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.tuple([z.string(), z.string()])) })),
});
/** Tables of a database with the names and types of their columns. */
export type Schema = z.infer<typeof RawSchema>['tables'];

/** What one statement gave. */
export interface StatementResult {
  /** `null`: a statement that has no rows to give. */
  readonly columns: readonly string[] | null;
  /** The first rows, as many as the caps let through. */
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

const Tagged = z.union([
  z.strictObject({ i: z.string() }),
  z.strictObject({ f: z.string() }),
  z.strictObject({ n: z.string() }),
  z.strictObject({ d: z.string() }),
  z.strictObject({ t: z.string() }),
  z.strictObject({ z: z.string() }),
  z.strictObject({ l: z.string() }),
  z.strictObject({ b: z.string() }),
]);

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

function decoded(raw: unknown, zeroDate: (text: string) => SqlValue): SqlValue {
  if (raw === null || typeof raw === 'string') return raw;
  if (typeof raw === 'number') return BigInt(raw);
  const value = Tagged.parse(raw);
  if ('i' in value) return BigInt(value.i);
  if ('f' in value) return PYTHON_FLOATS[value.f] ?? Number(value.f);
  if ('n' in value) return { type: 'decimal', text: value.n };
  if ('t' in value) return dateTime(value.t);
  if ('z' in value) return zeroDate(value.z);
  if ('l' in value) return { type: 'time', microseconds: BigInt(value.l) };
  if ('b' in value) return new Uint8Array(Buffer.from(value.b, 'base64'));
  const [year = 0, month = 0, day = 0] = numbers(value.d);
  return { type: 'date', year, month, day };
}

/**
 * The driver's document as values.
 * @param zeroDate what a date with zeros in it becomes, which is none of the calendar's
 */
export function executionFrom(document: unknown, zeroDate: (text: string) => SqlValue): Execution {
  const { results, left_out, error, timed_out, restarted } = RawExecution.parse(document);
  return {
    results: results.map(({ rows, ...result }) => ({
      ...result,
      rows: rows.map((row) => row.map((value) => decoded(value, zeroDate))),
    })),
    leftOut: left_out,
    error,
    timedOut: timed_out,
    restarted,
  };
}
