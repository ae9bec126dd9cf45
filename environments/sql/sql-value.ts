/** An exact number as the server wrote it, e.g. `2.50`; exponents are allowed. */
export interface SqlDecimal {
  readonly type: 'decimal';
  readonly text: string;
}

export interface SqlDate {
  readonly type: 'date';
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

/** A date with a time of day, without a time zone. */
export interface SqlDateTime {
  readonly type: 'datetime';
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

/** A duration, as in MySQL's TIME: more than a day and negative values are allowed. */
export interface SqlTime {
  readonly type: 'time';
  readonly microseconds: bigint;
}

/**
 * A value of a result row that keeps its kind: `bigint` is an integer of any size, `number` a binary floating-point
 * number, `Uint8Array` a blob.
 */
export type SqlValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | SqlDecimal
  | SqlDate
  | SqlDateTime
  | SqlTime;

export type SqlRow = readonly SqlValue[];
