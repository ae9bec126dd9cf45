import { decimalDigits } from './decimal-digits.ts';
import type { SqlValue } from './sql-value.ts';

/** Significant digits of a binary fraction: sums of the same numbers in another order differ in later digits. */
const FLOAT_DIGITS = 12;

function numberKey(text: string): string {
  const parts = decimalDigits(text);
  if (parts === null) return `n${text}`;
  const digits = parts.digits.replace(/0+$/, '');
  if (digits === '') return 'n0';
  return `n${parts.negative ? '-' : ''}${digits}e${parts.exponent + parts.digits.length - digits.length}`;
}

function floatKey(value: number): string {
  if (Number.isSafeInteger(value)) return numberKey(String(value));
  return numberKey(Number.isFinite(value) ? value.toPrecision(FLOAT_DIGITS) : String(value));
}

/**
 * A text that is equal for values that count as equal: numbers by value, whatever their kind (`1`, `1.0`, `1.00` and
 * `TRUE`), binary fractions to twelve digits; other values by kind and content. NULL equals NULL.
 */
export function valueKey(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return numberKey(value ? '1' : '0');
  if (typeof value === 'bigint') return numberKey(String(value));
  if (typeof value === 'number') return floatKey(value);
  if (typeof value === 'string') return `s${value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`;
  switch (value.type) {
    case 'decimal':
      return numberKey(value.text);
    case 'date':
      return `d${value.year}-${value.month}-${value.day}`;
    case 'datetime':
      return `t${[value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond].join('-')}`;
    case 'time':
      return `l${value.microseconds}`;
  }
}
