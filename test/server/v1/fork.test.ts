import { readFileSync } from 'node:fs';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import type { ForkedEpisode } from '../../../protocol/fork.ts';
import type { FailedEntry } from '../../../protocol/many.ts';
import { TrajectoryEvent } from '../../../protocol/trajectory.ts';
import { buildApp } from '../../../server/app.ts';
import { createConfig } from '../../../server/config/config.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { Wire } from '../test-server.ts';

type Entry = ForkedEpisode & FailedEntry;

const step = (episode_id: string, action: unknown, number?: number) =>
  wire.result('episode/step', { episode_id, action, ...(number === undefined ? {} : { step: number }) });
const state = (episode_id: string) => wire.result('episode/state', { episode_id });
const undo = (episode_id: string, steps = 1) => wire.result('episode/undo', { episode_id, steps });

async function fork(episode_id: string, params: object = {}): Promise<Entry[]> {
  const { episodes } = await wire.result('episode/fork', { episode_id, ...params });
  return episodes as Entry[];
}

async function reset(options = {}, ...actions: unknown[]): Promise<string> {
  const id = await wire.reset(options);
  for (const action of actions) await step(id, action);
  return id;
}

const acted = () => fake.plays.map((play) => play.acted);
const released = () => fake.plays.map((play) => play.released);
const events = (id: string) =>
  readFileSync(trajectoryIn(server.trajectories, id), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => TrajectoryEvent.parse(JSON.parse(line)));

/** Let the states of an environment be copied. */
function copyable(environment: FakeEnvironment): void {
  const reset = environment.reset.bind(environment);
  environment.reset = async (...args) => {
    const play = await reset(...args);
    const { image } = play.sandbox;
    const snapshot = async () => ({ image, state: Buffer.from('state'), reasons: [], processes: 0 });
    return { ...play, sandbox: { ...play.sandbox, snapshot }, copy: () => () => play };
  };
  const choose = environment.choose.bind(environment);
  environment.choose = (options, seed) => {
    const chosen = choose(options, seed);
    return { ...chosen, continue: (_copy, wait) => chosen.begin(wait) };
  };
}

describe('a fork', () => {
  serveEachTest({ max_episodes: 8, max_episodes_per_connection: 6 });

  test('gives independent episodes that go on from the present state', async () => {
    const id = await reset({ task: 2 }, 'echo a', 'echo b');
    const forks = await fork(id, { count: 2 });
    expect(forks).toMatchObject([
      { step_count: 2, how: 'replay', exact: true, not_carried: [] },
      { step_count: 2, how: 'replay', exact: true, not_carried: [] },
    ]);
    const ids = [id, ...forks.map(({ episode_id }) => episode_id)];
    const tokens = forks.map(({ resume_token }) => resume_token);
    expect(new Set([...ids, ...tokens]).size).toBe(5);
    for (const [n, each] of ids.entries())
      expect(await step(each, `echo ${n}`, 3)).toMatchObject({ step: 3 });
    expect(acted()).toEqual(['0', '1', '2'].map((n) => ['echo a', 'echo b', `echo ${n}`]));
    expect(fake.plays.map(({ task }) => task.index)).toEqual([2, 2, 2]);
    await wire.result('episode/close', { episode_id: ids[1] });
    expect(released()).toEqual([0, 1, 0]);
    expect(await state(id)).toMatchObject({ status: 'ready', step_count: 3 });
  });

  test('plays the task that the seed chose, although the options do not name it', async () => {
    const id = await reset({ seed: 7 });
    await fork(id);
    expect(fake.plays[1]?.task).toEqual(fake.plays[0]?.task);
  });

  test('begins after an earlier step, or after the reset', async () => {
    const id = await reset({}, 'echo a', 'echo b', 'echo c');
    expect(await fork(id, { at_step: 1 })).toMatchObject([{ step_count: 1 }]);
    expect(await fork(id, { at_step: 0 })).toMatchObject([{ step_count: 0 }]);
    expect(acted().slice(1)).toEqual([['echo a'], []]);
  });

  test('waits for the steps that were sent before it', async () => {
    const id = await wire.reset();
    wire.request('episode/step', { episode_id: id, action: 'wait go' });
    wire.request('episode/fork', { episode_id: id });
    await fake.reached('go');
    fake.open('go');
    expect(await wire.answer()).toMatchObject({ result: { step: 1 } });
    expect(await wire.answer()).toMatchObject({ result: { episodes: [{ step_count: 1 }] } });
  });

  test('says when an observation differs', async () => {
    const id = await reset({}, 'plays');
    expect(await fork(id)).toMatchObject([{ exact: false }]);
    expect(await fork(id, { at_step: 0 })).toMatchObject([{ exact: true }]);
  });

  test('repeats the grades that belong to its state, and knows the last reward', async () => {
    const id = await reset({}, 'echo gold');
    await wire.result('episode/evaluate', { episode_id: id });
    await step(id, 'echo b');
    await wire.result('episode/evaluate', { episode_id: id });
    const [present, earlier] = [await fork(id), await fork(id, { at_step: 1 })];
    expect(fake.plays.map(({ gradings }) => gradings.length)).toEqual([2, 2, 0]);
    expect(await state(String(present[0]?.episode_id))).toMatchObject({ last_reward: 0 });
    expect(await state(String(earlier[0]?.episode_id))).toMatchObject({ last_reward: null });
  });

  test('returns the stored results of the steps that it begins with', async () => {
    const id = await reset({}, 'echo a');
    const [forked] = await fork(id);
    expect(await step(String(forked?.episode_id), 'echo a', 1)).toMatchObject({ replayed: true });
    const wrong = { episode_id: forked?.episode_id, step: 1, action: 'echo b' };
    expect(await wire.error('episode/step', wrong)).toMatchObject({ data: { name: 'step_mismatch' } });
  });

  test('counts its turns from those of the other episode', async () => {
    const id = await reset({ max_turns: 3 }, 'echo a', 'echo b');
    const [forked] = await fork(id);
    expect(await step(String(forked?.episode_id), 'echo c')).toMatchObject({ step: 3, truncated: true });
    expect(await state(id)).toMatchObject({ status: 'ready' });
  });

  test('of an episode that is over begins before the step that ended it', async () => {
    const id = await reset({}, 'echo a', 'submit');
    expect(await fork(id)).toMatchObject([{ step_count: 1 }]);
    expect(await wire.error('episode/fork', { episode_id: id, at_step: 2 })).toMatchObject({
      data: { name: 'episode_over' },
    });
  });

  test.each([{ at_step: 2 }, { at_step: -1 }, { count: 0 }, { count: 65 }, { steps: 1 }])(
    'is refused for %j',
    async (params) => {
      const id = await reset({}, 'echo a');
      const error = await wire.error('episode/fork', { episode_id: id, ...params });
      expect(error).toMatchObject({
        data: { name: 'invalid_params', issues: [{ field: Object.keys(params)[0] }] },
      });
      expect(fake.plays).toHaveLength(1);
    },
  );

  test('of an unknown or a closed episode is refused', async () => {
    const id = await reset();
    await wire.result('episode/close', { episode_id: id });
    for (const episode_id of ['none', id]) {
      expect(await wire.error('episode/fork', { episode_id })).toMatchObject({
        data: { name: 'episode_not_found' },
      });
    }
  });

  test('answers with an error for each episode that has no place', async () => {
    const id = await reset({}, 'echo a');
    const forks = await fork(id, { count: 8 });
    expect(forks.filter(({ error }) => error === undefined)).toHaveLength(5);
    expect(forks.slice(5)).toMatchObject(
      [5, 6, 7].map(() => ({ error: { code: -32040, data: { name: 'capacity', retryable: true } } })),
    );
    expect(server.app.registry.openCount).toBe(6);
    const other = await Wire.connect(`${server.url}/v1`);
    for (let n = 0; n < 2; n += 1) await other.reset();
    expect(await other.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
      data: { name: 'capacity' },
    });
    other.socket.close();
  });

  test('takes another sandbox for one that dies, and reports a fault', async () => {
    const id = await reset({}, 'echo a');
    fake.failAct = new SandboxError('died', 'gone');
    expect(await fork(id)).toMatchObject([{ step_count: 1, exact: true }]);
    fake.failAct = new SandboxError('runner_fault', 'broken');
    expect(await fork(id)).toMatchObject([
      { error: { code: -32041, message: 'broken', data: { name: 'sandbox_unavailable' } } },
    ]);
    expect(released()).toEqual([0, 1, 0, 1]);
    expect(server.app.registry.openCount).toBe(2);
  });

  test('is answered when the server drains, and leaves nothing', async () => {
    const id = await reset({}, 'echo a');
    fake.failReset = 'begin';
    wire.request('episode/fork', { episode_id: id, count: 2 });
    await fake.reached('begin');
    const closing = server.app.close();
    expect(await wire.answer()).toMatchObject({
      result: { episodes: [{ error: { data: { name: 'shutting_down' } } }, {}] },
    });
    fake.open('begin');
    await closing;
    expect(released()).toEqual([1, 1, 1]);
    expect(server.app.registry.openCount).toBe(0);
  });

  test('leaves nothing when its client goes away meanwhile', async () => {
    const id = await reset({}, 'echo a');
    fake.failReset = 'begin';
    wire.request('episode/fork', { episode_id: id, count: 3 });
    await fake.reached('begin');
    wire.socket.close();
    await wire.closed;
    fake.open('begin');
    await expect.poll(() => server.app.registry.openCount).toBe(0);
    await expect.poll(() => released().every((times) => times >= 1)).toBe(true);
  });

  test('holds a place for a copy only where it copies, and a client has two', async () => {
    copyable(fake);
    const id = await reset({}, 'echo a');
    /** A fork that waits for its sandbox. */
    const held = async (gate: string, params = {}): Promise<void> => {
      fake.failReset = gate;
      wire.request('episode/fork', { episode_id: id, ...params });
      await fake.reached(gate);
    };
    await held('earlier', { at_step: 0 });
    await held('first');
    await held('second');
    expect(await fork(id)).toMatchObject([{ how: 'replay' }]);
    const answered: unknown[] = [];
    for (const gate of ['earlier', 'first', 'second']) {
      fake.open(gate);
      answered.push(await wire.answer());
    }
    expect(answered).toMatchObject(
      ['replay', 'copy', 'copy'].map((how) => ({ result: { episodes: [{ how }] } })),
    );
    expect(await fork(id)).toMatchObject([{ how: 'copy' }]);
  });

  test('writes a trajectory that is complete by itself', async () => {
    const id = await reset({ seed: 5 }, 'echo a', 'echo b');
    await undo(id);
    await step(id, 'echo c');
    const [forked] = await fork(id);
    const forkId = String(forked?.episode_id);
    await step(forkId, 'echo d');
    await wire.result('episode/close', { episode_id: forkId });
    expect(events(forkId)).toMatchObject([
      {
        event: 'reset',
        episode_id: forkId,
        info: { seed: 5 },
        fork: { episode_id: id, step: 2, how: 'replay', exact: true, not_carried: [] },
      },
      { event: 'step', step: 1, action: 'echo a' },
      { event: 'step', step: 2, action: 'echo c' },
      { event: 'step', step: 3, action: 'echo d' },
      { event: 'close', steps: 3 },
    ]);
    expect(events(id).map(({ event }) => event)).toEqual(['reset', 'step', 'step', 'undo', 'step']);
  });

  test('of a fork begins with the steps of both', async () => {
    const id = await reset({}, 'echo a');
    const [first] = await fork(id);
    await step(String(first?.episode_id), 'echo b');
    await wire.result('episode/close', { episode_id: id });
    const [second] = await fork(String(first?.episode_id));
    expect(second).toMatchObject({ step_count: 2, exact: true });
    expect(acted()[2]).toEqual(['echo a', 'echo b']);
  });
});

describe('an undo', () => {
  serveEachTest({ max_episodes: 4 });

  test('takes steps back in place', async () => {
    const id = await reset({}, 'echo gold', { evaluate: true }, 'echo b');
    expect(await undo(id, 2)).toEqual({
      episode_id: id,
      step_count: 1,
      how: 'replay',
      exact: true,
      not_carried: [],
    });
    expect(released()).toEqual([1, 0]);
    expect(await state(id)).toMatchObject({ step_count: 1, status: 'ready', last_reward: null });
    expect(await step(id, 'echo c', 2)).toMatchObject({ step: 2, observation: { output: 'c\n' } });
    expect(await step(id, 'echo c', 2)).toMatchObject({ step: 2, replayed: true });
    expect(acted()[1]).toEqual(['echo gold', 'echo c']);
    expect(await step(id, 'echo gold', 1)).toMatchObject({ step: 1, replayed: true });
    expect(events(id)[4]).toMatchObject({ event: 'undo', steps: 2, to_step: 1, how: 'replay', exact: true });
    expect(server.app.registry.openCount).toBe(1);
  });

  test('goes back one step by default, and as far as the reset', async () => {
    const id = await reset({}, 'echo a', 'echo b');
    expect(await wire.result('episode/undo', { episode_id: id })).toMatchObject({ step_count: 1 });
    expect(await undo(id)).toMatchObject({ step_count: 0 });
    expect(await wire.error('episode/undo', { episode_id: id })).toMatchObject({
      data: { name: 'invalid_params', issues: [{ field: 'steps' }] },
    });
    expect(await step(id, 'echo c')).toMatchObject({ step: 1 });
    expect(released()).toEqual([1, 1, 0]);
  });

  test('of an episode with more than a mebibyte of actions keeps the last reward', async () => {
    const id = await reset({}, 'echo gold');
    const { reward } = await wire.result('episode/evaluate', { episode_id: id });
    expect(reward).not.toBeNull();
    for (let n = 0; n < 3; n += 1) await step(id, { code: `echo ${'x'.repeat(600_000)}` });
    await undo(id, 2);
    expect(await state(id)).toMatchObject({ step_count: 2, last_reward: reward });
  });

  test('gives turns back', async () => {
    const id = await reset({ max_turns: 2 }, 'echo a');
    await undo(id);
    await step(id, 'echo b');
    expect(await step(id, 'echo c')).toMatchObject({ step: 2, truncated: true });
  });

  test('changes nothing if it fails', async () => {
    const id = await reset({}, 'echo a', 'echo b');
    fake.failReset = new SandboxError('capacity', 'no sandbox is free');
    expect(await wire.error('episode/undo', { episode_id: id })).toMatchObject({
      data: { name: 'capacity', remedy: expect.stringContaining('An undo needs a second sandbox') },
    });
    fake.failAct = new SandboxError('runner_fault', 'broken');
    expect(await wire.error('episode/undo', { episode_id: id })).toMatchObject({
      data: { name: 'sandbox_unavailable' },
    });
    expect(await step(id, 'echo c', 3)).toMatchObject({ step: 3 });
    expect(released()).toEqual([0, 1]);
  });

  test('of an episode that is over is refused', async () => {
    const id = await reset({}, 'echo a', 'submit');
    expect(await wire.error('episode/undo', { episode_id: id })).toMatchObject({
      data: { name: 'episode_over' },
    });
  });

  test('ends with its episode, and both sandboxes are given back', async () => {
    const id = await reset({}, 'echo a');
    fake.failReset = 'begin';
    wire.request('episode/undo', { episode_id: id });
    await fake.reached('begin');
    expect(server.app.registry.openCount).toBe(1);
    wire.socket.close();
    await wire.closed;
    fake.open('begin');
    await expect.poll(() => server.app.registry.openCount).toBe(0);
    await expect.poll(() => released().every((times) => times >= 1)).toBe(true);
    expect(released()).toHaveLength(2);
  });

  test('is answered when the server drains', async () => {
    const id = await reset({}, 'echo a');
    fake.failReset = 'begin';
    wire.request('episode/undo', { episode_id: id });
    await fake.reached('begin');
    const closing = server.app.close();
    expect(await wire.answer()).toMatchObject({ error: { data: { name: 'shutting_down' } } });
    fake.open('begin');
    await closing;
    expect(released()).toEqual([1, 1]);
  });

  test('of turns that were added on request, which a fork has and an undo takes back', async () => {
    const id = await wire.reset({ max_turns: 2, extend_steps: 3, turn_reminder: true });
    await step(id, { extend: 3 });
    expect(await step(id, 'echo a')).toMatchObject({ observation: { turns_left: 3 }, truncated: false });
    const [other] = await fork(id);
    expect(other).toMatchObject({ how: 'replay', exact: true });
    expect(await step(String(other?.episode_id), 'echo b')).toMatchObject({ observation: { turns_left: 2 } });
    await undo(id, 2);
    await step(id, 'echo c');
    expect(await step(id, 'echo d')).toMatchObject({ truncated: true, info: { limit: 'turns' } });
  });
});

describe('without trajectories', () => {
  let bare: FakeEnvironment;
  let close: () => Promise<void>;
  let client: Wire;

  beforeEach(async () => {
    bare = new FakeEnvironment();
    const app = await buildApp({
      config: createConfig({}),
      environments: [bare],
      trajectories: null,
      log: pino({ level: 'silent' }),
    });
    client = await Wire.connect(`${await app.fastify.listen({ host: '127.0.0.1', port: 0 })}/v1`);
    close = () => app.close();
  });
  afterEach(() => close());

  test('episodes are forked and taken back from memory', async () => {
    const episode_id = await client.reset();
    for (const action of ['echo a', 'echo b', 'echo c'])
      await client.result('episode/step', { episode_id, action });
    expect(await client.result('episode/undo', { episode_id, steps: 2 })).toMatchObject({ step_count: 1 });
    await client.result('episode/step', { episode_id, action: 'echo d' });
    expect(await client.result('episode/fork', { episode_id })).toMatchObject({
      episodes: [{ step_count: 2, exact: true }],
    });
    expect(bare.plays.map((play) => play.acted).slice(1)).toEqual([
      ['echo a', 'echo d'],
      ['echo a', 'echo d'],
    ]);
  });

  test('a fork that only a copy can make is refused while there is no room', async () => {
    copyable(bare);
    const episode_id = await client.reset();
    const code = `echo ${'x'.repeat(600_000)}`;
    for (let n = 0; n < 2; n += 1) await client.result('episode/step', { episode_id, action: { code } });
    for (const gate of ['first', 'second']) {
      bare.failReset = gate;
      client.request('episode/fork', { episode_id });
      await bare.reached(gate);
    }
    expect(await client.error('episode/fork', { episode_id })).toMatchObject({
      message: expect.stringContaining('Only a copy'),
      data: { name: 'capacity', retryable: true },
    });
    for (const gate of ['first', 'second']) {
      bare.open(gate);
      expect(await client.answer()).toMatchObject({ result: { episodes: [{ how: 'copy' }] } });
    }
  });

  test('an episode with more than a mebibyte of actions cannot be forked', async () => {
    const episode_id = await client.reset();
    const code = `echo ${'x'.repeat(600_000)}`;
    for (let n = 0; n < 2; n += 1) await client.result('episode/step', { episode_id, action: { code } });
    expect(await client.result('episode/fork', { episode_id })).toMatchObject({
      episodes: [{ error: { data: { name: 'unsupported' } } }],
    });
    expect(await client.error('episode/undo', { episode_id })).toMatchObject({
      data: { name: 'unsupported' },
    });
    expect(await client.result('episode/step', { episode_id, action: 'echo y' })).toMatchObject({ step: 3 });
  });
});
