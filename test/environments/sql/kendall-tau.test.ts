import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kendallTau } from '../../../environments/sql/kendall-tau.ts';

/** From SciPy 1.17's `kendalltau`, over the letters as strings. */
const PINNED: readonly (readonly [string, string, number])[] = [
  ['abc', 'abc', 1],
  ['abc', 'acb', 0.33333333333333337],
  ['abcd', 'dcba', -1],
  ['aabb', 'abab', 0],
  ['aab', 'abb', 0.49999999999999994],
  ['aabbc', 'abcab', 0.24999999999999997],
  ['ZaéB', 'aBZé', -0.6666666666666669],
  ['babcaa', 'abbcaa', 0.5454545454545455],
  ['aabbaaacb', 'aacaabbab', 0.08695652173913045],
  ['babcdbacbabcaa', 'abaccbacbbdaba', 0.32352941176470584],
  ['bfbaecedcfdceaaedbcb', 'eafbdccafdcbbebdaeec', -0.19393939393939394],
  ['xwjusozmlayfctbhqderpgiknv', 'xwousjzmlcyfatbhqperdgiknv', 0.7846153846153847],
];

/** The definition, pair by pair. */
function byDefinition(x: readonly number[], y: readonly number[]): number {
  let [concordant, discordant, onlyX, onlyY] = [0, 0, 0, 0];
  for (const [i, xi] of x.entries()) {
    for (const [j, xj] of x.entries()) {
      if (j <= i) continue;
      const [dx, dy] = [Math.sign(xi - xj), Math.sign((y[i] ?? 0) - (y[j] ?? 0))];
      if (dx * dy > 0) concordant += 1;
      else if (dx * dy < 0) discordant += 1;
      else if (dx !== 0) onlyX += 1;
      else if (dy !== 0) onlyY += 1;
    }
  }
  const untied = concordant + discordant;
  return (concordant - discordant) / Math.sqrt((untied + onlyX) * (untied + onlyY));
}

describe('kendallTau', () => {
  it.each(PINNED)('of %s and %s is what SciPy computes, to the last bit', (left, right, tau) => {
    expect(kendallTau([...left], [...right])).toBe(tau);
  });

  it('ranks by code point, not by UTF-16 unit', () => {
    const left = ["('a',)", "('b',)", "('😀',)", "('\uffff',)"];
    expect(kendallTau(left, ["('\uffff',)", "('a',)", "('😀',)", "('b',)"])).toBe(0.3333333333333334);
  });

  it('ranks numbers as text', () => {
    expect(kendallTau(['(10,)', '(9,)', '(100,)'], ['(9,)', '(10,)', '(100,)'])).toBe(-1);
  });

  it.each([
    ['nothing', [], []],
    ['one item', ['a'], ['a']],
    ['one distinct value on the left', ['a', 'a'], ['a', 'b']],
    ['one distinct value on the right', ['a', 'b'], ['b', 'b']],
  ])('is undefined for %s', (_, left, right) => {
    expect(kendallTau(left, right)).toBeNaN();
  });

  it('follows its definition', () => {
    const pair = fc.tuple(fc.nat(4), fc.nat(4));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 30 }), (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const tau = kendallTau(x.map(String), y.map(String));
        const expected = byDefinition(x, y);
        if (Number.isNaN(expected)) expect(tau).toBeNaN();
        else expect(tau).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('refuses lists of different lengths', () => {
    expect(() => kendallTau(['a'], [])).toThrow(RangeError);
  });
});
