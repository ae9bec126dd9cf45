import { describe, expect, it } from 'vitest';
import type { Execution, StatementResult } from '../../../environments/sql/driver-answer.ts';
import { jsonValue, valueText } from '../../../environments/sql/json-value.ts';
import { executionText } from '../../../environments/sql/result-text.ts';
import { shownExecution } from '../../../environments/sql/shown-rows.ts';
import type { SqlValue } from '../../../environments/sql/sql-value.ts';

const result = (more: Partial<StatementResult>): StatementResult => ({
  columns: ['id', 'name'],
  rows: [
    [1n, 'Ann'],
    [20n, null],
  ],
  count: 2,
  affected: 0,
  ...more,
});

const execution = (more: Partial<Execution>): Execution => ({
  results: [result({})],
  leftOut: 0,
  error: null,
  timedOut: false,
  restarted: false,
  ...more,
});

const error = { code: 1146, state: '42S02', message: 'no such table' };

describe('a value', () => {
  const values: readonly [SqlValue, string, null | number | string][] = [
    [null, 'NULL', null],
    [7n, '7', 7],
    [2n ** 53n, '9007199254740992', '9007199254740992'],
    [1.5, '1.5', 1.5],
    [2, '2.0', 2],
    [Number.NaN, 'nan', 'nan'],
    [{ type: 'decimal', text: '2.50' }, '2.50', '2.50'],
    [{ type: 'date', year: 800, month: 1, day: 2 }, '0800-01-02', '0800-01-02'],
    [
      { type: 'datetime', year: 2020, month: 1, day: 2, hour: 3, minute: 4, second: 5, microsecond: 60 },
      '2020-01-02 03:04:05.000060',
      '2020-01-02 03:04:05.000060',
    ],
    [{ type: 'time', microseconds: -3_020_399_500_000n }, '-838:59:59.500000', '-838:59:59.500000'],
    [new Uint8Array([0, 255]), '0x00ff', '0x00ff'],
    ['NULL', 'NULL', 'NULL'],
  ];

  it.each(values)('%o is %s for people and %o in JSON', (value, text, json) => {
    expect(valueText(value)).toBe(text);
    expect(jsonValue(value)).toBe(json);
  });
});

describe('the text of an action', () => {
  it('is a table, numbers to the right', () => {
    expect(executionText(execution({}), 'table')).toBe(
      [' id | name', '----+------', '  1 | Ann', ' 20 | NULL', '(2 rows)'].join('\n'),
    );
  });

  it('reports the true number of rows', () => {
    const cut = execution({ results: [result({ count: 5000 })] });
    expect(executionText(cut, 'table')).toContain('(first 2 of 5000 rows)');
    expect(executionText(cut, 'json')).toContain('"row_count":5000');
  });

  it('keeps a cell on its line', () => {
    const text = executionText(
      execution({ results: [result({ rows: [[1n, 'a\nb\tc']], count: 1 })] }),
      'table',
    );
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('a\\nb\\tc');
  });

  it('is CSV, in which NULL and an empty text differ', () => {
    const rows = [
      ['a "b", c', null],
      ['', 'x\ny'],
    ];
    expect(executionText(execution({ results: [result({ rows })] }), 'csv')).toBe(
      'id,name\n"a ""b"", c",\n"","x\ny"',
    );
  });

  it('is JSON', () => {
    expect(
      executionText(execution({ error }), 'json')
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        columns: ['id', 'name'],
        rows: [
          [1, 'Ann'],
          [20, null],
        ],
        row_count: 2,
      },
      { error: { code: 1146, sqlstate: '42S02', message: 'no such table' } },
    ]);
  });

  it("is InterCode's", () => {
    expect(executionText(execution({}), 'python')).toBe("[(1, 'Ann'), (20, None)]");
    const none = result({ columns: null, rows: [], count: 0 });
    expect(executionText(execution({ results: [none] }), 'python')).toBe('None');
    expect(executionText(execution({ results: [], error }), 'python')).toBe(
      'Error executing query: no such table',
    );
  });

  it('has every statement in order, and the error behind them', () => {
    const changed = result({ columns: null, rows: [], count: 0, affected: 1 });
    const text = executionText(execution({ results: [changed, result({})], leftOut: 3, error }), 'table');
    expect(text.split('\n\n')).toEqual([
      'OK, 1 row affected',
      '[… the results of 3 statements not shown …]',
      expect.stringContaining('(2 rows)'),
      'ERROR 1146 (42S02): no such table',
    ]);
  });
});

describe('what is shown', () => {
  const many = execution({
    results: [result({ rows: Array.from({ length: 9 }, (_, at) => [BigInt(at), 'é']), count: 9 })],
  });

  it('is cut at whole rows, by their number and by their bytes', () => {
    expect(shownExecution(many, 4, 1e6).results[0]?.rows).toHaveLength(4);
    // A row is `[0,"é"]`, 8 bytes.
    expect(shownExecution(many, 1000, 24).results[0]?.rows).toHaveLength(3);
    expect(shownExecution(many, 0, 1e6).results[0]?.rows).toEqual([]);
    expect(shownExecution(many, 1000, 1e6)).toEqual(many);
  });
});
