import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pythonDecimal,
  pythonFloat,
  pythonRows,
  pythonValue,
} from '../../../environments/sql/intercode-rows.ts';
import type { SqlRow, SqlValue } from '../../../environments/sql/sql-value.ts';
import { itUnless } from '../../requirements.ts';
import { inPython, noPython } from '../real-python.ts';
import { PythonRowsError, parsePythonRows } from './python-rows.ts';

const midnight = { hour: 0, minute: 0, second: 0, microsecond: 0 };
const day = { year: 2020, month: 1, day: 1 };
const DAY = 86_400_000_000n;

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -20, max: 20 }))
  .map(([digits, exponent]) => `${digits}E${exponent}`);
const dates = fc.record({
  year: fc.integer({ min: 1, max: 9999 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
});
const times = fc.record({
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
  microsecond: fc.integer({ min: 0, max: 999_999 }),
});
const values: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constantFrom<SqlValue>(null, true, false),
  fc.bigInt(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array(),
  decimals.map((text): SqlValue => ({ type: 'decimal', text: pythonDecimal(text) })),
  dates.map((date): SqlValue => ({ type: 'date', ...date })),
  fc.tuple(dates, times).map(([date, time]): SqlValue => ({ type: 'datetime', ...date, ...time })),
  fc
    .bigInt({ min: -40n * DAY, max: 40n * DAY })
    .map((microseconds): SqlValue => ({ type: 'time', microseconds })),
);
const tables: fc.Arbitrary<SqlRow[]> = fc.array(fc.array(values, { maxLength: 5 }), { maxLength: 5 });

/** Python's repr of what Python reads from each text, which shows whether it would have written the same. */
function reprInPython(texts: readonly string[]): string[] {
  const program =
    'import datetime, json, sys; from decimal import Decimal; from math import inf, nan\n' +
    'json.dump([repr(eval(text)) for text in json.load(sys.stdin)], sys.stdout)';
  const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

describe('values as Python shows them', () => {
  it.each<[SqlValue, string]>([
    [null, 'None'],
    [true, 'True'],
    [-12345678901234567890n, '-12345678901234567890'],
    [1, '1.0'],
    [-0, '-0.0'],
    [1e16, '1e+16'],
    [1e15, '1000000000000000.0'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [1.5e300, '1.5e+300'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    ['people', "'people'"],
    ["it's", `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    [
      'a\\b\n\t\r\0\u007f\u00a0é\u200b\u{1f600}\u{e0001}',
      "'a\\\\b\\n\\t\\r\\x00\\x7f\\xa0é\\u200b😀\\U000e0001'",
    ],
    [new Uint8Array([0, 39, 92, 10, 255, 97]), `b"\\x00'\\\\\\n\\xffa"`],
    [{ type: 'decimal', text: '2.50' }, "Decimal('2.50')"],
    [{ type: 'decimal', text: '-0.00' }, "Decimal('-0.00')"],
    [{ type: 'decimal', text: '0.0000000000' }, "Decimal('0E-10')"],
    [{ type: 'decimal', text: '0.000001' }, "Decimal('0.000001')"],
    [{ type: 'decimal', text: '0.00000012' }, "Decimal('1.2E-7')"],
    [{ type: 'decimal', text: '1e3' }, "Decimal('1E+3')"],
    [{ type: 'date', ...day }, 'datetime.date(2020, 1, 1)'],
    [{ type: 'datetime', ...day, ...midnight }, 'datetime.datetime(2020, 1, 1, 0, 0)'],
    [{ type: 'datetime', ...day, ...midnight, second: 5 }, 'datetime.datetime(2020, 1, 1, 0, 0, 5)'],
    [{ type: 'datetime', ...day, ...midnight, microsecond: 7 }, 'datetime.datetime(2020, 1, 1, 0, 0, 0, 7)'],
    [{ type: 'time', microseconds: 0n }, 'datetime.timedelta(0)'],
    [{ type: 'time', microseconds: 3_600_000_000n }, 'datetime.timedelta(seconds=3600)'],
    [{ type: 'time', microseconds: -1n }, 'datetime.timedelta(days=-1, seconds=86399, microseconds=999999)'],
    [{ type: 'time', microseconds: -DAY }, 'datetime.timedelta(days=-1)'],
  ])('%o is %s', (value, text) => {
    expect(pythonValue(value)).toBe(text);
  });

  it('are rows in a list', () => {
    const rows: SqlRow[] = [['people'], [1n, null, { type: 'decimal', text: '2.50' }], []];
    expect(pythonRows(rows)).toBe("[('people',), (1, None, Decimal('2.50')), ()]");
    expect(pythonRows([])).toBe('[]');
    expect(pythonRows(null)).toBe('None');
  });

  itUnless(noPython, 'have the digits of Python', () => {
    // JSON has no -0 and no infinity.
    const finite = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0));
    const numbers = fc.sample(finite, { numRuns: 3000, seed: 3 });
    expect(numbers.map(pythonFloat)).toEqual(inPython(numbers, 'repr(float(value))'));
    const texts = fc.sample(decimals, { numRuns: 2000, seed: 4 });
    expect(texts.map(pythonDecimal)).toEqual(inPython(texts, "str(__import__('decimal').Decimal(value))"));
  });

  itUnless(noPython, 'are what Python writes for what it reads', () => {
    const known = (rows: SqlRow[]) => !/\p{Cn}/u.test(pythonRows(rows));
    const texts = fc
      .sample(tables, { numRuns: 1500, seed: 5 })
      .filter(known)
      .map((rows) => pythonRows(rows));
    const again = reprInPython(texts);
    // What Python's older Unicode does not know is escaped there.
    const differing = texts.filter(
      (text, at) => text !== again[at] && !/\\U000[0-9a-f]{5}/.test(again[at] ?? ''),
    );
    expect(differing).toEqual([]);
  });
});

describe('rows read from Python text', () => {
  it('come back from every table', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        expect(parsePythonRows(pythonRows(rows))).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });

  it('may be none, or no result', () => {
    expect(parsePythonRows('[]')).toEqual([]);
    expect(parsePythonRows('None')).toBeNull();
  });

  it('may hold a bytearray', () => {
    expect(parsePythonRows("[(bytearray(b'a\\x00'),)]")).toEqual([[new Uint8Array([97, 0])]]);
  });

  it.each([
    'Error executing query: 1146',
    '',
    '[',
    '[(1,)',
    '[(1,)] ',
    '[1]',
    "[('a)]",
    '[(1 2)]',
    '[(Fraction(1, 2),)]',
    '[(Decimal(2),)]',
  ])('are not found in %s', (text) => {
    expect(() => parsePythonRows(text)).toThrow(PythonRowsError);
  });
});
