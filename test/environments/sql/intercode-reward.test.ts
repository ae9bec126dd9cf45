import { describe, expect, it } from 'vitest';
import { intercodeReward } from '../../../environments/sql/intercode-reward.ts';
import type { SqlRow } from '../../../environments/sql/sql-value.ts';

const rows = (...values: (bigint | string | null)[]): SqlRow[] => values.map((value) => [value]);

describe('the SQL reward of InterCode', () => {
  it('is 1 for the same rows in the same order', () => {
    expect(intercodeReward(rows('a', 'b', 'b'), rows('a', 'b', 'b')).reward).toBe(1);
  });

  it('is 1 for two results without rows, 0 for one', () => {
    expect(intercodeReward([], []).reward).toBe(1);
    expect(intercodeReward([], rows('a')).reward).toBe(0);
    expect(intercodeReward(rows('a'), []).reward).toBe(0);
  });

  it('is 0 where there is no list of rows, on either side or both', () => {
    expect(intercodeReward(null, rows('a')).reward).toBe(0);
    expect(intercodeReward(rows('a'), null).reward).toBe(0);
    expect(intercodeReward(null, null).reward).toBe(0);
  });

  it('counts rows as often as they occur', () => {
    expect(intercodeReward(rows('a', 'a', 'a'), rows('a')).reward).toBe(1 / 3);
    expect(intercodeReward(rows('a'), rows('a', 'a', 'b')).reward).toBe(1 / 3);
  });

  it('leaves the ratio unrounded where the order is undefined', () => {
    const { reward, components } = intercodeReward(rows('a', 'x', 'y'), rows('a', 'z'));
    expect(reward).toBe(0.25);
    expect(components).toEqual({ iou: 0.25, kendall_tau: 1 });
    expect(intercodeReward(rows('a', ...'qrstuv'), rows('a')).reward).toBe(1 / 7);
  });

  it('multiplies by the order of the common rows and rounds to hundredths', () => {
    expect(intercodeReward(rows('a', 'b', 'c'), rows('a', 'c', 'b')).reward).toBe(0.33);
    expect(intercodeReward(rows('b', 'a', 'x'), rows('a', 'b')).reward).toBe(-0.67);
  });

  it('takes each common row at its first occurrences', () => {
    // Common: a twice, b once; of the agent's third a nothing remains.
    const { components } = intercodeReward(rows('a', 'a', 'b', 'a'), rows('a', 'a', 'b'));
    expect(components).toEqual({ iou: 0.75, kendall_tau: expect.closeTo(1, 12) });
  });

  it('compares Python text, so that kinds of numbers and NULL differ', () => {
    const agent: SqlRow[] = [[1n], [1], [null], [{ type: 'decimal', text: '1' }]];
    for (const row of agent) {
      for (const other of agent) {
        expect(intercodeReward([row], [other]).reward).toBe(row === other ? 1 : 0);
      }
    }
  });
});
