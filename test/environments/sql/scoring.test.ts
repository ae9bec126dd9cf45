import { describe, expect, it } from 'vitest';
import { compositeWeights, explorationShare } from '../../../environments/sql/composite-reward.ts';
import type { StatementResult } from '../../../environments/sql/driver-answer.ts';
import { type Attempt, scorerOf } from '../../../environments/sql/scoring.ts';

const rows = (...values: bigint[]): StatementResult => ({
  columns: ['a'],
  rows: values.map((value) => [value]),
  count: values.length,
  affected: 0,
});
const gold = (result: StatementResult | null) => ({
  result,
  error: null,
  tables: ['Singer', 'concert', 'x'],
});
const attempt = (more: Partial<Attempt>): Attempt => ({ answer: null, single: true, earlier: [], ...more });
const QUERY = {
  sql: 'SELECT a FROM singer s JOIN concert c ON c.id = s.id ORDER BY a',
  dialect: 'sqlite',
} as const;

describe('execution_match', () => {
  const scorer = scorerOf({}, QUERY);

  it('is the default, and all or nothing', () => {
    expect(scorer(attempt({ answer: rows(1n, 2n) }), gold(rows(1n, 2n)))).toEqual({
      reward: 1,
      components: { execution_match: 1 },
    });
    expect(scorer(attempt({ answer: rows(2n, 1n) }), gold(rows(1n, 2n))).reward).toBe(0);
    expect(scorer(attempt({}), gold(rows())).reward).toBe(0);
  });

  it('tells results apart by their number of rows where not all of them are kept', () => {
    const cut = { ...rows(1n, 2n), count: 30_000 };
    expect(scorer(attempt({ answer: cut }), gold({ ...cut, count: 30_001 })).reward).toBe(0);
    expect(scorer(attempt({ answer: cut }), gold(cut)).reward).toBe(1);
  });

  it('gives nothing where the gold query gives nothing', () => {
    expect(scorer(attempt({ answer: rows(1n) }), gold(null))).toEqual({ reward: null, components: {} });
  });
});

describe('the reward of InterCode', () => {
  it('is that of its semantics, and 0 where the gold query fails', () => {
    const scorer = scorerOf({ semantics: 'intercode' }, QUERY);
    expect(scorer(attempt({ answer: rows(1n, 2n) }), gold(rows(1n, 2n, 3n, 4n)))).toMatchObject({
      reward: 0.5,
    });
    expect(scorer(attempt({ answer: rows(1n) }), gold(null))).toMatchObject({ reward: 0 });
  });
});

describe('the composite reward', () => {
  it('is the mean of its parts by weight', () => {
    const scorer = scorerOf({ scoring: 'composite' }, QUERY);
    const done = attempt({ answer: rows(1n), earlier: ['DESCRIBE singer'] });
    expect(scorer(done, gold(rows(1n)))).toEqual({
      reward: expect.closeTo(0.95, 9),
      components: { format: 1, execution: 1, exploration: 0.5 },
    });
    expect(scorer({ ...done, single: false }, gold(rows(2n))).reward).toBeCloseTo(0.05, 9);
    const only = scorerOf(
      { scoring: 'composite', weights: { format: 0, exploration: 0, execution: 3 } },
      QUERY,
    );
    expect(only(done, gold(rows(1n))).reward).toBe(1);
  });

  it('keeps the default of a weight that is not given', () => {
    expect(compositeWeights({ format: 2 })).toEqual({ format: 2, execution: 0.8, exploration: 0.1 });
  });

  it('asks which of the gold query’s tables were looked into before', () => {
    const tables = ['singer', 'Concert', 'stadium'];
    const share = (...earlier: string[]) => explorationShare(QUERY.sql, tables, earlier);
    expect(share()).toBe(0);
    expect(share('SELECT * FROM stadium', 'describe CONCERT')).toBe(0.5);
    expect(share('SELECT * FROM singer, concert')).toBe(1);
    expect(explorationShare('SELECT 1', tables, [])).toBe(1);
  });
});
