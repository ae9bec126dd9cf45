import { describe, expect, it } from 'vitest';
import { tfidfCosine } from '../../../environments/bash/tfidf.ts';

describe('tfidfCosine', () => {
  it('is 1 for equal bags of words, whatever their order and case', () => {
    expect(tfidfCosine('Alpha beta beta', 'beta alpha, BETA')).toBeCloseTo(1, 12);
  });

  it('is 0 without a common word', () => {
    expect(tfidfCosine('alpha', 'beta')).toBe(0);
    expect(tfidfCosine('alpha', '')).toBe(0);
  });

  it('has no opinion where neither has a word of two characters', () => {
    expect(tfidfCosine('1 2 3', '+ a')).toBeNull();
    expect(tfidfCosine('', '')).toBeNull();
  });

  it('weighs rare words with the smoothed inverse document frequency', () => {
    const rare = Math.log(1.5) + 1;
    // [alpha, beta] against [alpha]: 1 / √(1 + rare²)
    expect(tfidfCosine('alpha beta', 'alpha')).toBeCloseTo(1 / Math.sqrt(1 + rare ** 2), 12);
  });

  it('takes letters and digits of any script, and no marks', () => {
    expect(tfidfCosine('größe 12', 'GRÖSSE größe 12')).toBeGreaterThan(0);
    expect(tfidfCosine('日本', '日本')).toBeCloseTo(1, 12);
    expect(tfidfCosine('a\u0301b', 'ab')).toBe(0);
  });
});
