import { expect, test } from 'vitest';
import { ConfigError, createConfig, warmCount } from '../../../server/config/config.ts';
import { configOfWorker, workerCount } from '../../../server/workers/shares.ts';

const of = (count: number, settings: Parameters<typeof createConfig>[0]) =>
  Array.from({ length: count }, (_, index) => configOfWorker(createConfig(settings), index, count));

test('there is one worker or, if asked for, one for each four cores', () => {
  expect(workerCount(createConfig(), 192)).toBe(1);
  const workers = 'auto';
  const counts = [1, 2, 4, 7, 8, 192].map((cores) => workerCount(createConfig({ workers }), cores));
  expect(counts).toEqual([1, 1, 1, 1, 2, 48]);
  expect(workerCount(createConfig({ workers, pool_max: 4 }), 192)).toBe(4);
  expect(workerCount(createConfig({ workers: 3 }), 1)).toBe(3);
});

test('more workers than sandboxes are refused, with what to change', () => {
  const config = createConfig({ workers: 8, pool_max: 4 });
  expect(() => workerCount(config)).toThrow(ConfigError);
  expect(() => workerCount(config)).toThrow(/--workers 8 .*lower it to 4/);
});

test('the shares add up to the settings, and none keeps more warm than it may have', () => {
  const settings = { pool: { 'bash-v1': 4, 'sql-v1': 2, spider: 1 }, pool_max: 8, max_episodes: 100 };
  const workers = of(3, settings);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  expect(sum(workers.map(({ pool_max }) => Number(pool_max)))).toBe(8);
  expect(sum(workers.map(({ max_episodes }) => max_episodes))).toBe(100);
  for (const image of Object.keys(settings.pool)) {
    expect(sum(workers.map(({ pool }) => pool[image] ?? 0))).toBe(Reflect.get(settings.pool, image));
  }
  for (const worker of workers) expect(warmCount(worker)).toBeLessThanOrEqual(Number(worker.pool_max));
});

test('old trajectories are removed by one worker', () => {
  expect(of(2, { trajectory_keep: '30d' }).map(({ trajectory_keep }) => trajectory_keep)).toEqual([
    '30d',
    'all',
  ]);
});
