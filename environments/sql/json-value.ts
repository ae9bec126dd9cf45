import { pythonFloat } from './intercode-rows.ts';
import type { SqlRow, SqlValue } from './sql-value.ts';

const MICROSECONDS = 1_000_000n;

function two(value: number | bigint): string {
  return String(value).padStart(2, '0');
}

function fraction(microseconds: number): string {
  return microseconds === 0 ? '' : `.${String(microseconds).padStart(6, '0')}`;
}

function timeText(microseconds: bigint): string {
  const size = microseconds < 0n ? -microseconds : microseconds;
  const seconds = size / MICROSECONDS;
  const parts = [two(seconds / 3600n), two((seconds / 60n) % 60n), two(seconds % 60n)].join(':');
  return `${microseconds < 0n ? '-' : ''}${parts}${fraction(Number(size % MICROSECONDS))}`;
}

function dateText(value: { readonly year: number; readonly month: number; readonly day: number }): string {
  return `${String(value.year).padStart(4, '0')}-${two(value.month)}-${two(value.day)}`;
}

/** A value as readable text: `1.0`, `2.50`, `2020-01-31 08:00:00`, `-838:59:59`, `0xff00` for bytes. */
export function valueText(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return pythonFloat(value);
  if (typeof value === 'bigint' || typeof value === 'string') return String(value);
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  switch (value.type) {
    case 'decimal':
      return value.text;
    case 'date':
      return dateText(value);
    case 'datetime':
      return `${dateText(value)} ${two(value.hour)}:${two(value.minute)}:${two(value.second)}${fraction(value.microsecond)}`;
    case 'time':
      return timeText(value.microseconds);
  }
}

/**
 * A value in JSON. NULL, numbers that JSON readers keep exactly, and texts are themselves. Other values are text: integers from
 * 2^53 on, decimals, dates and times, bytes as `0x…`, `inf` and `nan`.
 */
export function jsonValue(value: SqlValue): null | number | string {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : valueText(value);
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  return valueText(value);
}

export function jsonRow(row: SqlRow): (null | number | string)[] {
  return row.map(jsonValue);
}
