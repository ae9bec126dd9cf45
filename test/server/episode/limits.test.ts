import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import type { ResetOptions } from '../../../protocol/episode.ts';
import { EpisodeLimits } from '../../../server/episode/limits.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';
import { Wire } from '../test-server.ts';

describe('the limits of an episode', () => {
  let now = 0;
  const limits = (options: ResetOptions) =>
    new EpisodeLimits(
      options,
      () => now,
      () => {},
    );

  test('are none, turns, or time', () => {
    now = 100;
    const none = limits({});
    expect([none.leftMs, none.reachedBy(1_000_000)]).toEqual([Number.POSITIVE_INFINITY, undefined]);
    expect([1, 2, 3].map((step) => limits({ max_turns: 2 }).reachedBy(step))).toEqual([
      undefined,
      'turns',
      'turns',
    ]);
    const timed = limits({ max_duration_ms: 50 });
    now = 149;
    expect([timed.leftMs, timed.reachedBy(1)]).toEqual([1, undefined]);
    now = 150;
    expect([timed.leftMs, timed.reachedBy(1)]).toEqual([0, 'time']);
    timed.stop();
  });
});

/** Long enough for a request to come before it is over. */
const SOON = 400;

describe('an episode whose time is over', () => {
  serveEachTest();

  const step = (episode_id: string, action: unknown, number?: number) =>
    wire.result('episode/step', { episode_id, action, ...(number === undefined ? {} : { step: number }) });
  const events = (id: string): { event: string }[] =>
    readFileSync(trajectoryIn(server.trajectories, id), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const ended = () => expect.poll(() => server.app.registry.openCount, { timeout: 10_000 }).toBe(0);

  test.each([
    ['on_end', 1],
    ['on_submit', null],
    ['every_step', 1],
  ] as const)('ends by itself with %s, and its sandbox goes back', async (reward, expected) => {
    const id = await wire.reset({ max_duration_ms: SOON, reward });
    await step(id, 'echo gold');
    await ended();
    expect(fake.plays[0]?.released).toBe(1);
    expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({
      status: 'over',
      step_count: 1,
      truncated: true,
      terminated: false,
      last_reward: expected,
    });
    expect(events(id).slice(-2)).toMatchObject([
      { event: 'limit', after_step: 1, reward: expected, failure: null },
      { event: 'close', reason: 'truncated', steps: 1 },
    ]);
  });

  test('returns the stored result for a step after the time limit, each time it is sent, without running it', async () => {
    const id = await wire.reset({ max_duration_ms: SOON });
    await step(id, 'echo gold', 1);
    await ended();
    const late = await step(id, 'echo late', 2);
    expect(late).toMatchObject({
      step: 2,
      observation: { output: '' },
      reward: 1,
      terminated: false,
      truncated: true,
      failure: null,
      info: { limit: 'time', success: true },
    });
    expect(await step(id, 'echo late', 2)).toEqual({ ...late, replayed: true });
    expect(fake.plays[0]?.acted).toEqual(['echo gold']);
    expect(await wire.error('episode/step', { episode_id: id, step: 3, action: 'ls' })).toMatchObject({
      data: { name: 'episode_over', reason: 'truncated' },
    });
    expect(await step(id, 'echo gold', 1)).toMatchObject({ step: 1, replayed: true });
  });

  test('returns the stored result to a step without a number only once', async () => {
    const id = await wire.reset({ max_duration_ms: SOON });
    await ended();
    expect(await step(id, 'submit')).toMatchObject({ step: 1, truncated: true, reward: 0 });
    expect(await wire.error('episode/step', { episode_id: id, action: 'ls' })).toMatchObject({
      data: { name: 'episode_over' },
    });
  });

  test('cuts the action that runs, and grades it with it', async () => {
    const id = await wire.reset({ max_duration_ms: SOON });
    wire.request('episode/step', { episode_id: id, action: 'wait go' });
    await fake.reached('go');
    await new Promise((resolve) => setTimeout(resolve, SOON));
    fake.open('go');
    expect(await wire.answer()).toMatchObject({
      result: {
        step: 1,
        observation: { output: 'waited\n' },
        truncated: true,
        reward: 0,
        info: { limit: 'time' },
      },
    });
    expect(fake.plays[0]?.atMost[0]).toBeGreaterThan(0);
    expect(fake.plays[0]?.atMost[0]).toBeLessThanOrEqual(SOON);
    expect(fake.plays[0]?.gradings).toEqual([{ final: true }]);
    expect(events(id).map(({ event }) => event)).toEqual(['reset', 'step', 'close']);
  });

  test('is a failure if its grade has an infrastructure fault', async () => {
    const id = await wire.reset({ max_duration_ms: SOON });
    fake.failGrade = new SandboxError('died', 'Gone.');
    await ended();
    expect(await step(id, 'echo a')).toMatchObject({
      reward: null,
      truncated: true,
      failure: { class: 'grading' },
    });
    expect(events(id).at(-1)).toMatchObject({ reason: 'failure' });
  });

  test('leaves an episode alone that ended before', async () => {
    const id = await wire.reset({ max_duration_ms: SOON });
    await step(id, { submit: true, answer: 'gold' });
    await new Promise((resolve) => setTimeout(resolve, 1.5 * SOON));
    expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({
      terminated: true,
      truncated: false,
      last_reward: 1,
    });
    expect(events(id).map(({ event }) => event)).toEqual(['reset', 'step', 'close']);
  });

  test('is reported over OpenEnv, too', async () => {
    const openenv = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
    const ask = async (type: string, data: unknown) => JSON.parse(await openenv.ask({ type, data }));
    await ask('reset', { max_duration_ms: SOON });
    await ask('step', { code: 'echo gold' });
    await ended();
    expect(await ask('step', { code: 'echo late' })).toMatchObject({
      type: 'observation',
      data: { reward: 1, done: true, metadata: { truncated: true, limit: 'time', success: true } },
    });
    expect(await ask('step', { code: 'echo late' })).toMatchObject({ type: 'error' });
    expect(await ask('reset', {})).toMatchObject({ type: 'observation' });
    openenv.socket.close();
  });
});
