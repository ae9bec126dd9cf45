import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executionMatch } from '../../../environments/sql/execution-match.ts';
import type { SqlRow, SqlValue } from '../../../environments/sql/sql-value.ts';

const decimal = (text: string): SqlValue => ({ type: 'decimal', text });
const bag = (agent: SqlRow[] | null, gold: SqlRow[] | null) =>
  executionMatch(agent, gold, { ordered: false });
const list = (agent: SqlRow[] | null, gold: SqlRow[] | null) =>
  executionMatch(agent, gold, { ordered: true });

describe('executionMatch', () => {
  it('compares rows as bags', () => {
    expect(bag([['a'], ['b'], ['a']], [['a'], ['a'], ['b']])).toBe(true);
    expect(bag([['a'], ['b'], ['b']], [['a'], ['a'], ['b']])).toBe(false);
    expect(bag([['a']], [['a'], ['a']])).toBe(false);
  });

  it('keeps the order where it counts', () => {
    expect(list([['a'], ['b']], [['a'], ['b']])).toBe(true);
    expect(list([['b'], ['a']], [['a'], ['b']])).toBe(false);
  });

  it.each<[SqlValue, SqlValue]>([
    [1n, 1],
    [1n, decimal('1.00')],
    [1, decimal('1')],
    [true, 1n],
    [-0, 0n],
    [0.1 + 0.2, decimal('0.30')],
    [100, decimal('1E+2')],
    [12345678901234567890n, decimal('12345678901234567890.0')],
    [null, null],
  ])('takes %s and %s for equal', (left, right) => {
    expect(bag([[left]], [[right]])).toBe(true);
    expect(list([[left]], [[right]])).toBe(true);
  });

  it.each<[SqlValue, SqlValue]>([
    [1n, '1'],
    [null, ''],
    [null, 0n],
    [9007199254740993n, 9007199254740992n],
    [decimal('0.3333'), 1 / 3],
    ['a', 'A'],
    ['a', new Uint8Array([97])],
    [Number.NaN, null],
    [
      { type: 'date', year: 2020, month: 1, day: 1 },
      { type: 'datetime', year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0, microsecond: 0 },
    ],
  ])('tells %s from %s', (left, right) => {
    expect(bag([[left]], [[right]])).toBe(false);
  });

  it('lets columns stand in any order, the same for all rows', () => {
    const gold: SqlRow[] = [
      ['a', 1n],
      ['b', 2n],
    ];
    expect(
      bag(
        [
          [2n, 'b'],
          [1n, 'a'],
        ],
        gold,
      ),
    ).toBe(true);
    expect(
      list(
        [
          [1n, 'a'],
          [2n, 'b'],
        ],
        gold,
      ),
    ).toBe(true);
    expect(
      list(
        [
          [2n, 'b'],
          [1n, 'a'],
        ],
        gold,
      ),
    ).toBe(false);
    expect(
      bag(
        [
          [1n, 'a'],
          ['b', 2n],
        ],
        gold,
      ),
    ).toBe(false);
    expect(
      bag(
        [
          ['a', 2n],
          ['b', 1n],
        ],
        gold,
      ),
    ).toBe(false);
  });

  it('looks through columns with the same values', () => {
    const gold: SqlRow[] = [
      [1n, 1n, 2n],
      [1n, 2n, 1n],
      [2n, 1n, 3n],
    ];
    expect(
      bag(
        gold.map(([a = null, b = null, c = null]) => [b, c, a]),
        gold,
      ),
    ).toBe(true);
    const pairs: SqlRow[] = [
      [1n, 2n],
      [2n, 3n],
      [3n, 1n],
    ];
    expect(
      bag(
        pairs.map(([a = null, b = null]) => [b, a]),
        pairs,
      ),
    ).toBe(true);
    // Latin squares of two kinds: the same values in every column and in every row.
    const square = (text: string): SqlRow[] => text.split(' ').map((row) => [...row].map(BigInt));
    expect(bag(square('0123 1230 2301 3012'), square('0123 1032 2301 3210'))).toBe(false);
    expect(bag(square('1320 2301 3210 0123'), square('0123 1032 2301 3210'))).toBe(false);
    expect(bag(square('1032 2301 0123 3210'), square('0123 1032 2301 3210'))).toBe(true);
  });

  it('needs as many columns', () => {
    expect(bag([['a', 'a']], [['a']])).toBe(false);
    expect(list([['a']], [['a', 'a']])).toBe(false);
  });

  it('takes results without rows for equal, and no result for equal to nothing', () => {
    expect(bag([], [])).toBe(true);
    expect(list([], [])).toBe(true);
    expect(bag([], [['a']])).toBe(false);
    expect(bag(null, [])).toBe(false);
    expect(bag([], null)).toBe(false);
    expect(bag(null, null)).toBe(false);
  });

  it('gives up where too many columns are interchangeable', () => {
    const width = 12;
    // Adjacency matrices of one ring of twelve and of two rings of six: alike in every row and column.
    const ring = (size: number): SqlRow[] =>
      Array.from({ length: width }, (_, row) =>
        Array.from({ length: width }, (_, column) => {
          const [from, to] = [row % size, column % size];
          const near = (from + 1) % size === to || (to + 1) % size === from;
          return near && Math.floor(row / size) === Math.floor(column / size) ? 1n : 0n;
        }),
      );
    expect(bag(ring(width), ring(width / 2))).toBe(false);
    expect(executionMatch(ring(width), ring(width), { ordered: false, maxAttempts: 1 })).toBe(false);
    expect(bag(ring(width), ring(width))).toBe(true);
  });

  const value = fc.oneof(fc.constantFrom<SqlValue>(null, 1n, 2n, 'a', 'b'));
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 12 }));

  it('finds every rearrangement of rows and columns', () => {
    fc.assert(
      fc.property(table, fc.infiniteStream(fc.nat(1000)), (rows, random) => {
        const key = () => random.next().value ?? 0;
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, at: key() }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const columns = shuffled([...(rows[0] ?? []).keys()]);
        const moved = rows.map((row) => columns.map((column) => row[column] ?? null));
        expect(list(moved, rows)).toBe(true);
        expect(bag(shuffled(moved), rows)).toBe(true);
      }),
    );
  });

  it('agrees with trying every order of columns', () => {
    const orders = (columns: number[]): number[][] =>
      columns.length === 0
        ? [[]]
        : columns.flatMap((first) =>
            orders(columns.filter((other) => other !== first)).map((rest) => [first, ...rest]),
          );
    const text = (rows: SqlRow[]) =>
      rows
        .map((row) => row.map(String).join())
        .sort()
        .join(';');
    const cell = fc.constantFrom<SqlValue>(1n, 2n);
    const small = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(small, small, (agent, gold) => {
        const expected = orders([0, 1, 2]).some(
          (order) => text(agent.map((row) => order.map((column) => row[column] ?? null))) === text(gold),
        );
        expect(bag(agent, gold)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
