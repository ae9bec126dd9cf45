import { describe, expect, it } from 'vitest';
import {
  compositeWeights,
  explorationShare,
  rewardOfGoldAlone,
} from '../../../environments/sql/composite-reward.ts';
import type { StatementResult } from '../../../environments/sql/driver-answer.ts';
import type { Gold } from '../../../environments/sql/gold.ts';
import { type Attempt, graderOf } from '../../../environments/sql/grading.ts';

const rows = (...values: bigint[]): StatementResult => ({
  columns: ['a'],
  rows: values.map((value) => [value]),
  count: values.length,
  affected: 0,
});
const gold = (result: StatementResult | null): Gold => ({
  result,
  error: null,
  tables: ['Singer', 'concert', 'x'],
});

/** An answer of which nothing is known before it is asked for. */
const UNKNOWN = { columns: ['a'], known: () => [] };

interface Ended extends Omit<Partial<Attempt>, 'answer'> {
  readonly answer?: StatementResult;
}

/** An episode that came to this. */
function attempt({ answer, ...more }: Ended): Attempt {
  const stands =
    answer === undefined
      ? null
      : { ...UNKNOWN, count: answer.count, rows: () => Promise.resolve(answer.rows) };
  return { sql: 'SELECT a FROM singer', single: true, earlier: [], ...more, answer: stands };
}
const QUERY = {
  sql: 'SELECT a FROM singer s JOIN concert c ON c.id = s.id ORDER BY a',
  dialect: 'sqlite',
} as const;

describe('execution_match', () => {
  const grader = graderOf({}, QUERY);

  it('is the default, and all or nothing', async () => {
    expect(await grader(attempt({ answer: rows(1n, 2n) }), gold(rows(1n, 2n)))).toEqual({
      reward: 1,
      success: true,
      components: { execution_match: 1 },
    });
    expect(await grader(attempt({ answer: rows(2n, 1n) }), gold(rows(1n, 2n)))).toMatchObject({ reward: 0 });
    expect(await grader(attempt({}), gold(rows()))).toMatchObject({ reward: 0 });
  });

  it('is none where the gold has more rows than are kept, and only those could tell', async () => {
    const cut = { ...rows(1n, 2n), count: 30_000 };
    expect(await grader(attempt({ answer: cut }), gold({ ...cut, count: 30_001 }))).toMatchObject({
      reward: 0,
    });
    expect(await grader(attempt({ answer: cut }), gold(cut))).toEqual({
      reward: null,
      components: {},
      ungraded: expect.stringContaining('30000 rows, of which only 2 are kept'),
    });
    // Values as long as these are not the gold's, which all found room.
    expect(await grader(attempt({ answer: { ...rows(1n), count: 2 } }), gold(rows(1n, 2n)))).toMatchObject({
      reward: 0,
    });
  });

  it('asks for the rows only where their number leaves it open', async () => {
    const answer = { ...UNKNOWN, count: 3, rows: () => Promise.reject(new Error('not needed')) };
    expect(await grader({ ...attempt({}), answer }, gold(rows(1n, 2n)))).toMatchObject({ reward: 0 });
  });

  it('takes rows that went with the session for none', async () => {
    const answer = { ...UNKNOWN, count: 2, rows: () => Promise.resolve(null) };
    expect(await grader({ ...attempt({}), answer }, gold(rows(1n, 2n)))).toMatchObject({ reward: 0 });
  });

  it('gives nothing where the gold query gives nothing', async () => {
    const error = { code: 1064, state: '42000', message: 'syntax' };
    expect(await grader(attempt({ answer: rows(1n) }), { ...gold(null), error })).toEqual({
      reward: null,
      components: {},
      ungraded: 'The gold query of this task fails: syntax',
    });
  });
});

describe('the reward of InterCode', () => {
  const grader = graderOf({ semantics: 'intercode' }, QUERY);

  it('is that of its semantics, and 0 where the gold query fails', async () => {
    expect(await grader(attempt({ answer: rows(1n, 2n) }), gold(rows(1n, 2n, 3n, 4n)))).toMatchObject({
      reward: 0.5,
    });
    expect(await grader(attempt({ answer: rows(1n) }), gold(null))).toMatchObject({ reward: 0 });
  });

  it('counts rows of the answer that are not kept as not common', async () => {
    const longer = { ...rows(1n, 2n), count: 8 };
    expect(await grader(attempt({ answer: longer }), gold(rows(1n, 2n)))).toMatchObject({ reward: 0.25 });
    expect(await grader(attempt({ answer: { ...rows(), count: 1 } }), gold(rows()))).toMatchObject({
      reward: 0,
    });
  });

  it('is none where not all rows of the gold are kept', async () => {
    const cut = { ...rows(1n, 2n), count: 30_000 };
    expect(await grader(attempt({ answer: cut }), gold(cut))).toMatchObject({ reward: null });
    expect(await grader(attempt({}), gold(cut))).toMatchObject({ reward: 0 });
  });
});

describe('the composite reward', () => {
  it('is the mean of its parts by weight', async () => {
    const grader = graderOf({ scoring: 'composite' }, QUERY);
    const done = attempt({ answer: rows(1n), earlier: ['DESCRIBE singer'] });
    expect(await grader(done, gold(rows(1n)))).toEqual({
      reward: expect.closeTo(0.95, 9),
      success: true,
      components: { format: 1, execution: 1, exploration: 0.5 },
    });
    expect((await grader({ ...done, single: false }, gold(rows(2n)))).reward).toBeCloseTo(0.05, 9);
    const only = graderOf(
      { scoring: 'composite', weights: { format: 0, exploration: 0, execution: 3 } },
      QUERY,
    );
    expect((await only(done, gold(rows(1n)))).reward).toBe(1);
    const cut = { ...rows(1n), count: 30_000 };
    expect((await grader(attempt({ answer: cut }), gold(cut))).reward).toBeNull();
  });

  it('gives nothing for nothing, also where the gold query reads no table', async () => {
    const query = { sql: 'SELECT 1', dialect: 'sqlite' } as const;
    for (const grader of [
      graderOf({ scoring: 'composite' }, query),
      graderOf({ scoring: 'composite' }, QUERY),
    ]) {
      expect(await grader(attempt({}), gold(rows(1n)))).toMatchObject({ reward: 0, success: false });
    }
    const whole = graderOf({ scoring: 'composite' }, query);
    expect((await whole(attempt({ answer: rows(1n), sql: 'SELECT 1' }), gold(rows(1n)))).reward).toBe(1);
  });

  it('gives nothing for names of tables in what reads none', async () => {
    const done = attempt({
      answer: rows(5n),
      sql: 'SELECT 5 AS singer',
      earlier: ['SELECT 1 AS singer, 2 AS concert'],
    });
    for (const execution of [0.8, 0]) {
      const grader = graderOf({ scoring: 'composite', weights: { execution } }, QUERY);
      expect(await grader(done, gold(rows(1n)))).toMatchObject({ reward: 0, components: { format: 0 } });
    }
  });

  it('is known for the gold query alone', async () => {
    const weights = compositeWeights();
    const plain = { sql: 'SELECT 1', dialect: 'sqlite' } as const;
    for (const query of [QUERY, plain]) {
      const alone = attempt({ answer: rows(1n), sql: query.sql });
      const { reward } = await graderOf({ scoring: 'composite' }, query)(alone, gold(rows(1n)));
      expect(rewardOfGoldAlone(query, weights)).toBe(reward);
    }
    expect(rewardOfGoldAlone(QUERY, weights)).toBeLessThan(rewardOfGoldAlone(plain, weights));
  });

  it('keeps the default of a weight that is not given', () => {
    expect(compositeWeights({ format: 2 })).toEqual({ format: 2, execution: 0.8, exploration: 0.1 });
  });

  it('asks which of the gold query’s tables were looked into before', () => {
    const tables = ['singer', 'Concert', 'stadium'];
    const share = (...earlier: string[]) => explorationShare(QUERY, tables, earlier);
    expect(share()).toBe(0);
    expect(share('SELECT * FROM stadium', 'describe CONCERT')).toBe(0.5);
    expect(share('SELECT * FROM singer, concert')).toBe(1);
    expect(explorationShare({ ...QUERY, sql: 'SELECT 1' }, tables, [])).toBeNull();
  });

  it('takes neither comments nor strings for a look at a table', () => {
    const tables = ['singer', 'concert'];
    const share = (...earlier: string[]) => explorationShare(QUERY, tables, earlier);
    expect(share('SELECT 1 -- singer concert', "SELECT 'singer', 'concert' /* singer */")).toBe(0);
    const gold = { sql: "SELECT 'concert' FROM singer", dialect: 'sqlite' } as const;
    expect(explorationShare(gold, tables, ['SELECT * FROM singer'])).toBe(1);
    expect(explorationShare({ ...gold, dialect: 'mysql' }, tables, ['SELECT "singer"'])).toBe(0);
  });

  it('recognizes quoted names', () => {
    const tables = ['order details', 'a-b', 'c`d'];
    for (const [dialect, sql, earlier] of [
      ['sqlite', 'SELECT * FROM "Order Details", [a-b], `c``d`', 'SELECT * FROM `order details`, "a-b"'],
      ['mysql', 'SELECT * FROM `Order Details`, `a-b`, `c``d`', 'SELECT * FROM `order details`, `x`.`a-b`'],
    ] as const) {
      expect(explorationShare({ sql, dialect }, tables, [earlier])).toBeCloseTo(2 / 3, 9);
      expect(explorationShare({ sql, dialect }, tables, ['SELECT details, order FROM a'])).toBe(0);
    }
  });
});
