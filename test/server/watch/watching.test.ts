import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EpisodeState } from '../../../protocol/episode.ts';
import type { UpdateNote } from '../../../protocol/watch.ts';
import type { Watched } from '../../../server/watch/live-view.ts';
import { type Watcher, Watching } from '../../../server/watch/watching.ts';

class FakeEpisode implements Watched {
  looks = 0;
  steps = 0;
  reward: number | null = null;
  readonly client = 'v1 #1';
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  state(): EpisodeState {
    this.looks += 1;
    const task = { id: 'task', index: 0, dataset: 'd', instruction: 'i'.repeat(1_000) };
    const facts = {
      environment: 'fake-v1',
      task,
      age_ms: 5,
      terminated: false,
      truncated: false,
      failure: null,
    };
    const { reward, steps } = this;
    return { episode_id: this.#id, status: 'ready', step_count: steps, last_reward: reward, ...facts };
  }
}

class FakeWatcher implements Watcher {
  ready = true;
  readonly updates: UpdateNote[] = [];
  send(update: UpdateNote): void {
    this.updates.push(update);
  }
  /** Updates since the last call. */
  news(): UpdateNote[] {
    return this.updates.splice(0);
  }
}

const open = new Set<FakeEpisode>();
let samples = 0;
let watching: Watching;

beforeEach(() => {
  vi.useFakeTimers();
  open.clear();
  samples = 0;
  watching = new Watching({
    episodes: () => open,
    counts: {
      openEpisodes: () => open.size,
      steps: async () => {
        samples += 1;
        return [];
      },
      failures: async () => [],
      pools: () => ({ pools: [], failed_starts: 0 }),
    },
    onError: (error) => {
      throw error;
    },
    now: () => Date.now(),
  });
});

afterEach(() => {
  watching.stop();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a watcher', () => {
  test('gets new episodes whole, then what changes, then their end', async () => {
    const episode = new FakeEpisode('a');
    open.add(episode);
    const watcher = new FakeWatcher();
    watching.add(watcher, 100);
    await pass(100);
    const [first] = watcher.news();
    expect(first?.opened).toHaveLength(1);
    expect(first?.opened[0]).toMatchObject({ episode_id: 'a', client: 'v1 #1', step_count: 0, tags: [] });
    expect(first?.opened[0]?.instruction).toHaveLength(200);
    episode.steps = 2;
    episode.reward = 0.5;
    await pass(100);
    expect(watcher.news()).toMatchObject([{ changed: [{ episode_id: 'a', step_count: 2, reward: 0.5 }] }]);
    open.delete(episode);
    await pass(100);
    expect(watcher.news()).toMatchObject([{ opened: [], changed: [], ended: [{ episode_id: 'a' }] }]);
  });

  test('that does not read gets one update with all changes once it does', async () => {
    const one = new FakeEpisode('a');
    open.add(one);
    const watcher = new FakeWatcher();
    watching.add(watcher, 100);
    await pass(100);
    watcher.news();
    watcher.ready = false;
    for (let step = 1; step <= 50; step += 1) {
      one.steps = step;
      await pass(100);
    }
    expect(watcher.news()).toEqual([]);
    watcher.ready = true;
    await pass(100);
    const caughtUp = watcher.news();
    expect(caughtUp).toHaveLength(1);
    expect(caughtUp[0]?.changed).toMatchObject([{ step_count: 50 }]);
  });

  test('gets many new episodes in parts', async () => {
    for (let i = 0; i < 1_200; i += 1) open.add(new FakeEpisode(String(i)));
    const watcher = new FakeWatcher();
    watching.add(watcher, 100);
    await pass(350);
    const sizes = watcher.news().map(({ opened }) => opened.length);
    expect(sizes.filter((size) => size > 0)).toEqual([500, 500, 200]);
  });

  test('gets a sample about once a second', async () => {
    const watcher = new FakeWatcher();
    watching.add(watcher, 100);
    await pass(3_500);
    expect(watcher.news().filter(({ sample }) => sample !== undefined)).toHaveLength(4);
  });
});

test('without a watcher nothing looks at an episode, and nothing is sampled', async () => {
  const episode = new FakeEpisode('a');
  open.add(episode);
  const watcher = new FakeWatcher();
  watching.add(watcher, 100);
  await pass(100);
  expect(watching.remove(watcher)).toBe(true);
  const { looks } = episode;
  const sampled = samples;
  await pass(10_000);
  expect(episode.looks).toBe(looks);
  expect(samples).toBe(sampled);
  expect(vi.getTimerCount()).toBe(0);
});

test('there are at most 64 watchers', () => {
  for (let i = 0; i < 64; i += 1) watching.add(new FakeWatcher(), 100);
  expect(() => watching.add(new FakeWatcher(), 100)).toThrow('64 connections watch');
});
