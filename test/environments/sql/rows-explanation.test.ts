import { describe, expect, it } from 'vitest';
import { graderOf } from '../../../environments/sql/grading.ts';
import { explainedRows } from '../../../environments/sql/rows-explanation.ts';
import type { SqlRow } from '../../../environments/sql/sql-value.ts';

const ORDERED = { sql: 'SELECT a, b FROM t ORDER BY a', dialect: 'sqlite' } as const;
const UNORDERED = { sql: 'SELECT a, b FROM t', dialect: 'sqlite' } as const;

async function explained(
  given: readonly SqlRow[] | null,
  expected: readonly SqlRow[],
  query: typeof ORDERED | typeof UNORDERED = UNORDERED,
  options: Parameters<typeof graderOf>[0] = {},
) {
  const attempt = {
    answer:
      given === null
        ? null
        : { columns: ['x', 'y'], count: given.length, known: () => given, rows: async () => given },
    sql: 'SELECT x, y FROM t',
    single: true,
    earlier: [],
  };
  const result = { columns: ['a', 'b'], rows: expected, count: expected.length, affected: 0 };
  const gold = { result, error: null, tables: ['t'] };
  const grade = await graderOf(options, query)(attempt, gold);
  return { grade, explanation: explainedRows({ attempt, gold, grade, query, weights: null }) };
}

describe('the explanation of a reward for rows', () => {
  it('shows the rows that are missing and the others', async () => {
    const { explanation } = await explained(
      [
        [1n, 'a'],
        [3n, null],
        [3n, null],
      ],
      [
        [1n, 'a'],
        [2n, 'b'],
        [3n, null],
      ],
    );
    expect(explanation).toMatchObject({
      kind: 'rows',
      components: [{ name: 'execution_match', value: 0 }],
      rows: {
        columns: { expected: ['a', 'b'], given: ['x', 'y'] },
        ...{ expected_count: 3, given_count: 3, ordered: false, first_wrong_row: 1 },
        missing: [[2, 'b']],
        extra: [[3, null]],
      },
    });
    expect(explanation.notes).toContain(`The gold query: ${UNORDERED.sql}`);
  });

  it('says that only the order differs', async () => {
    const rows: SqlRow[] = [
      [1n, 'a'],
      [2n, 'b'],
    ];
    const { explanation, grade } = await explained([...rows].reverse(), rows, ORDERED);
    expect(grade.reward).toBe(0);
    expect(explanation.rows).toMatchObject({ missing: [], extra: [], ordered: true, first_wrong_row: 0 });
    expect(explanation.notes.join(' ')).toContain('in another order');
  });

  it('says that there is no answer', async () => {
    const { explanation } = await explained(null, [[1n, 'a']]);
    expect(explanation.notes).toEqual(['There is no answer: the last statement gave no rows, or failed.']);
    expect(explanation.rows).toMatchObject({ expected_count: 1, given_count: 0, missing: [[1, 'a']] });
  });

  it('is short for many rows', async () => {
    const rows = (from: bigint) => Array.from({ length: 500 }, (_, at) => [BigInt(at) + from, 'x']);
    const { explanation } = await explained(rows(0n), rows(1_000n));
    expect(explanation.cut).toBe(true);
    expect(explanation.rows?.missing).toHaveLength(20);
  });

  it('looks for no difference where there is none', async () => {
    const rows: SqlRow[] = Array.from({ length: 2_000 }, (_, at) => [BigInt(at), 'x']);
    const { explanation } = await explained(rows, rows);
    expect(explanation.cut).toBeUndefined();
    expect(explanation.rows).toMatchObject({
      expected_count: 2_000,
      missing: [],
      extra: [],
      first_wrong_row: null,
    });
    expect(explanation.notes).toContain('The rows are those of the gold.');
  });

  it('tells rows of InterCode apart by their Python text', async () => {
    const { explanation } = await explained([[1, 'a']], [[1n, 'a']], UNORDERED, { semantics: 'intercode' });
    expect(explanation.rows).toMatchObject({ missing: [[1, 'a']], extra: [[1, 'a']] });
    expect((await explained([[1, 'a']], [[1n, 'a']])).explanation.rows).toMatchObject({
      missing: [],
      extra: [],
    });
  });

  it('shows both answers as InterCode compares them', async () => {
    const { explanation } = await explained([[1n, 'a']], [[1n, 'b']], UNORDERED, { semantics: 'intercode' });
    expect(explanation.answer).toEqual({ expected: "[(1, 'b')]", given: "[(1, 'a')]", first_difference: 6 });
    expect(explanation.components.map(({ name }) => name)).toEqual(['iou', 'kendall_tau']);
  });
});
