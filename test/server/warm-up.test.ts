import { expect, test } from 'vitest';
import { ConfigError } from '../../server/config/config.ts';
import { configuredPath, stateFolder } from '../../server/config/state-folder.ts';
import { type PoolCount, sandboxCounts, WarmUp, warmImages } from '../../server/warm-up.ts';
import { FakeEnvironment } from './fake-environment.ts';

function count(ready: number, resetting = 0): PoolCount {
  return { images: { bash: { states: { starting: 1, ready, resetting }, warm: 2 } }, queued: 3 };
}

test('it is warm once every image has its containers, and ready while one is left', async () => {
  let now = count(1);
  const warmUp = new WarmUp(() => now);
  const done = warmUp.done();
  expect(warmUp.ready()).toBe(false);
  now = count(1, 1);
  warmUp.started();
  await done;
  expect(warmUp.ready()).toBe(true);
  now = count(1);
  expect(warmUp.ready()).toBe(true);
  now = count(0);
  expect(warmUp.ready()).toBe(false);
});

test('starts that keep failing end the wait with their reason', async () => {
  const warmUp = new WarmUp(() => count(0));
  const done = warmUp.done();
  warmUp.failed('bash', 'no space left', 1);
  warmUp.failed('bash', 'no space left', 3);
  await expect(done).rejects.toThrow('no space left');
});

test('metrics add up the states of all images', () => {
  const images = { a: { states: { ready: 1 }, warm: 0 }, b: { states: { ready: 2, leased: 1 }, warm: 0 } };
  expect(sandboxCounts({ images, queued: 4 }, 8)).toEqual({
    states: { ready: 3, leased: 1 },
    max: 8,
    queued: 4,
  });
});

test('an environment in --pool stands for its default image; an unknown name is refused', () => {
  const environments = [new FakeEnvironment()];
  expect(warmImages({ 'fake-v1': 2, fake: 1 }, environments)).toEqual({ fake: 3 });
  expect(() => warmImages({ 'fake-v2': 1 }, environments)).toThrow(ConfigError);
  expect(() => warmImages({ 'fake-v2': 1 }, environments)).toThrow(/--pool fake-v2=1.*fake-v1/);
});

test('paths of the configuration may begin at the state folder', () => {
  const home = stateFolder({ STEPWELL_HOME: '/state' });
  expect(home).toBe('/state');
  expect(stateFolder({})).toMatch(/\/\.stepwell$/);
  expect(configuredPath('$STEPWELL_HOME/trajectories', home)).toBe('/state/trajectories');
  expect(configuredPath('/elsewhere', home)).toBe('/elsewhere');
  expect(configuredPath('none', home)).toBeNull();
});
