import { pythonBytes, pythonString } from '../intercode-text.ts';
import { decimalDigits } from './decimal-digits.ts';
import type { SqlDateTime, SqlRow, SqlTime, SqlValue } from './sql-value.ts';

const MICROSECONDS_PER_SECOND = 1_000_000n;
const MICROSECONDS_PER_DAY = 86_400n * MICROSECONDS_PER_SECOND;

/** Python's `repr` of a float: the shortest digits that parse to the same float, an exponent below 1e-4 and from 1e16 on. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const width = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${width}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Python's `str` of a `Decimal` made from this text: trailing zeros kept, an exponent for small numbers. */
export function pythonDecimal(text: string): string {
  const parts = decimalDigits(text);
  if (parts === null) return text;
  const { negative, digits, exponent } = parts;
  const sign = negative ? '-' : '';
  const adjusted = exponent + digits.length - 1;
  if (exponent > 0 || adjusted < -6) {
    const mantissa = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
    return `${sign}${mantissa}E${adjusted < 0 ? '' : '+'}${adjusted}`;
  }
  if (exponent === 0) return sign + digits;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function dateTimeText(value: SqlDateTime): string {
  const fields = [value.year, value.month, value.day, value.hour, value.minute];
  if (value.second !== 0 || value.microsecond !== 0) fields.push(value.second);
  if (value.microsecond !== 0) fields.push(value.microsecond);
  return `datetime.datetime(${fields.join(', ')})`;
}

function timeText(value: SqlTime): string {
  let rest = value.microseconds % MICROSECONDS_PER_DAY;
  // Only Python's days are negative.
  if (rest < 0n) rest += MICROSECONDS_PER_DAY;
  const parts = [
    ['days', (value.microseconds - rest) / MICROSECONDS_PER_DAY],
    ['seconds', rest / MICROSECONDS_PER_SECOND],
    ['microseconds', rest % MICROSECONDS_PER_SECOND],
  ] as const;
  const named = parts.filter(([, count]) => count !== 0n).map(([name, count]) => `${name}=${count}`);
  return `datetime.timedelta(${named.length === 0 ? '0' : named.join(', ')})`;
}

/** Python's `repr` of a value as MySQL's Python client returns it. */
export function pythonValue(value: SqlValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return pythonFloat(value);
  if (typeof value === 'string') return pythonString(value);
  if (value instanceof Uint8Array) return pythonBytes(value);
  switch (value.type) {
    case 'decimal':
      return `Decimal('${pythonDecimal(value.text)}')`;
    case 'date':
      return `datetime.date(${value.year}, ${value.month}, ${value.day})`;
    case 'datetime':
      return dateTimeText(value);
    case 'time':
      return timeText(value);
  }
}

/** A row as Python's `str` of a tuple, e.g. `('people',)`. */
export function pythonTuple(row: SqlRow): string {
  const values = row.map(pythonValue);
  return values.length === 1 ? `(${values[0]},)` : `(${values.join(', ')})`;
}

/** Rows as InterCode shows them, e.g. `[('people',), (None,)]`; `null`, for a statement without rows, as `None`. */
export function pythonRows(rows: readonly SqlRow[] | null): string {
  return rows === null ? 'None' : `[${rows.map(pythonTuple).join(', ')}]`;
}
