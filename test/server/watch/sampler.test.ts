import { describe, expect, test } from 'vitest';
import { quantile, Sampler, type StepCount } from '../../../server/watch/sampler.ts';

const buckets = (...counts: number[]): StepCount['buckets'] =>
  counts.map((count, index) => ({ seconds: [0.01, 0.1, Number.POSITIVE_INFINITY][index] ?? 0, count }));

describe('a quantile', () => {
  test('lies within its bucket, in proportion', () => {
    expect(quantile(buckets(0, 10, 10), 0.5)).toBeCloseTo(55);
    expect(quantile(buckets(10, 10, 10), 0.5)).toBeCloseTo(5);
  });
  test('is the last finite bound above it, and null of nothing', () => {
    expect(quantile(buckets(0, 0, 4), 0.5)).toBe(100);
    expect(quantile(buckets(0, 0, 0), 0.5)).toBeNull();
  });
});

test('rates are those since the sample of before; the first has none', async () => {
  let now = 1_000;
  let counted = buckets(100, 100, 100);
  const counts = {
    openEpisodes: () => 2,
    steps: async () => [{ environment: 'bash-v1', buckets: counted }],
    failures: async () => [],
    pools: () => ({ pools: [], failed_starts: 0 }),
  };
  const sampler = new Sampler(counts, () => now);
  expect((await sampler.sample()).rates).toEqual([
    { environment: 'bash-v1', steps: 100, per_second: 0, p50_ms: null, p95_ms: null },
  ]);
  now += 2_000;
  counted = buckets(100, 120, 120);
  const [rate] = (await sampler.sample()).rates;
  expect(rate).toMatchObject({ steps: 120, per_second: 10 });
  expect(rate?.p50_ms).toBeCloseTo(55);
});
