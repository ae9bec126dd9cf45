import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../server/config/config.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { PooledEnvironment } from '../pooled-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

type Frame = Readonly<Record<string, unknown>>;

let server: TestServer;
let fake: FakeEnvironment;
let wire: Wire;

async function start(settings: ConfigInput = {}, environment = new FakeEnvironment()): Promise<void> {
  fake = environment;
  server = await startTestServer([fake], settings);
  wire = await Wire.connect(`${server.url}/v1`);
}

afterEach(async () => {
  wire.socket.terminate();
  await server.close();
});

/** Frames until the answer to a request, notifications first. */
async function answered(id: number): Promise<{ notes: Frame[]; answer: Frame }> {
  const notes: Frame[] = [];
  for (;;) {
    const next = await wire.frame();
    if (next.id === id) return { notes, answer: next };
    expect(next.jsonrpc).toBe('2.0');
    notes.push(next);
  }
}

async function resetMany(options: Frame): Promise<{ notes: Frame[]; episodes: Frame[] }> {
  const id = wire.request('episode/reset_many', { environment: 'fake-v1', ...options });
  const { notes, answer } = await answered(id);
  if (answer.result === undefined) throw new Error(JSON.stringify(answer));
  return { notes, episodes: (answer.result as { episodes: Frame[] }).episodes };
}

/** Id of the first member of a streamed group that has begun. */
async function firstOpened(): Promise<unknown> {
  for (;;) {
    const { params } = await wire.answer();
    const { episode } = params as { readonly episode?: Frame };
    if (episode !== undefined) return episode.episode_id;
  }
}

describe('episode/reset_many', () => {
  beforeEach(() => start());

  it('begins a group of one task and seed', async () => {
    const { episodes, notes } = await resetMany({ count: 8 });
    expect(notes).toEqual([]);
    expect(new Set(episodes.map(({ episode_id }) => episode_id)).size).toBe(8);
    expect(new Set(episodes.map(({ info }) => (info as Frame).seed)).size).toBe(1);
    expect(new Set(episodes.map(({ task }) => (task as Frame).id)).size).toBe(1);
  });

  it('begins each of several tasks `count` times, task by task', async () => {
    const { episodes } = await resetMany({ tasks: ['task-2', 0], count: 2, seed: 5 });
    expect(episodes.map(({ task }) => (task as Frame).id)).toEqual(['task-2', 'task-2', 'task-0', 'task-0']);
    expect(episodes.map(({ info }) => (info as Frame).seed)).toEqual([5, 5, 5, 5]);
  });

  it('puts an error in the place of an episode that cannot begin', async () => {
    const { episodes } = await resetMany({ tasks: [0, 'none', 1] });
    expect(episodes.map((entry) => 'error' in entry)).toEqual([false, true, false]);
    expect(episodes[1]?.error).toMatchObject({ code: -32012, data: { name: 'task_not_found' } });
  });

  it('streams each entry as soon as it is there', async () => {
    fake.failReset = 'slow';
    const id = wire.request('episode/reset_many', { environment: 'fake-v1', count: 3, stream: true });
    const first = [await wire.answer(), await wire.answer()];
    expect(first.map(({ method }) => method)).toEqual(['episode/opened', 'episode/opened']);
    expect(first.map(({ params }) => (params as Frame).index).toSorted()).toEqual([1, 2]);
    fake.open('slow');
    const { notes, answer } = await answered(id);
    expect(notes.map(({ params }) => params)).toMatchObject([{ request_id: id, index: 0 }]);
    const { episodes } = answer.result as { episodes: Frame[] };
    expect(notes.map(({ params }) => (params as Frame).episode)).toEqual([episodes[0]]);
  });

  it.each([
    [{ count: 600, tasks: [0, 1] }, 'count'],
    [{ count: 2_000 }, 'count'],
    [{ tasks: [0], task: 0 }, 'tasks'],
    [{ count: 2, episode_id: 'mine' }, 'episode_id'],
    [{ count: 2, idle_timeout_ms: 'no' }, 'idle_timeout_ms'],
  ])('refuses %j', async (options, field) => {
    const { code, data } = await wire.error('episode/reset_many', { environment: 'fake-v1', ...options });
    expect(code).toBe(-32602);
    expect((data.issues as Frame[])[0]?.field).toBe(field);
  });

  it('refuses an environment that is not there', async () => {
    const { data } = await wire.error('episode/reset_many', { environment: 'none-v1', count: 2 });
    expect(data.name).toBe('environment_not_found');
  });

  it('plays the episodes like those of other resets', async () => {
    const { episodes } = await resetMany({ count: 2 });
    for (const { episode_id } of episodes) {
      const { observation } = await wire.result('episode/step', { episode_id, action: 'echo hi' });
      expect(observation).toMatchObject({ output: 'hi\n' });
    }
  });
});

describe('the limits of episode/reset_many', () => {
  it('counts each episode towards those of the connection', async () => {
    await start({ max_episodes_per_connection: 4 });
    const { episodes } = await resetMany({ count: 6 });
    expect(episodes.filter((entry) => 'error' in entry)).toHaveLength(2);
    expect(episodes.at(-1)?.error).toMatchObject({ data: { name: 'capacity' } });
  });

  it('takes requests for its members while others are still opened', async () => {
    await start({ max_episodes_per_connection: 4 });
    fake.failReset = 'slow';
    const id = wire.request('episode/reset_many', { environment: 'fake-v1', count: 8, stream: true });
    const episode_id = await firstOpened();
    const step = wire.request('episode/step', { episode_id, action: 'echo hi' });
    expect((await answered(step)).answer.result).toMatchObject({ step: 1 });
    fake.open('slow');
    expect((await answered(id)).answer.result).toBeDefined();
  });

  it('leaves out entries that do not fit into the memory for answers, and closes their episodes', async () => {
    const large = new FakeEnvironment('fake-v1', 3, 'x'.repeat(100_000));
    await start({ max_answer_memory_bytes: 1_048_576, max_buffered_bytes: 1_048_576 }, large);
    const { episodes } = await resetMany({ count: 16 });
    const omitted = episodes.filter((entry) => 'error' in entry);
    expect(omitted.length).toBeGreaterThan(0);
    expect(omitted.length).toBeLessThan(16);
    expect(omitted[0]?.error).toMatchObject({ data: { name: 'answer_too_large' } });
    expect(server.app.registry.openCount).toBe(16 - omitted.length);
  });

  it('reports the place of a group as that of its last entry', async () => {
    const pooled = new PooledEnvironment(1);
    await start({}, pooled);
    const id = wire.request('episode/reset_many', {
      environment: 'fake-v1',
      count: 4,
      queue_timeout_ms: 50,
    });
    const { notes, answer } = await answered(id);
    expect(notes.map(({ method, params }) => [method, params])).toEqual([
      [
        'episode/queued',
        {
          request_id: id,
          environment: 'fake-v1',
          position: expect.any(Number),
          expected_wait_ms: null,
          waiting: expect.any(Number),
        },
      ],
    ]);
    const { episodes } = answer.result as { episodes: Frame[] };
    expect(episodes.filter((entry) => 'error' in entry)).toHaveLength(3);
    await pooled.pool.drain(0);
  });
});

describe('a socket that drops before the answer', () => {
  const open = () => server.app.registry.openCount;
  const reset = { environment: 'fake-v1' };

  beforeEach(() => start({ grace_ms: 60_000 }));

  it('ends the members of a group that were not told', async () => {
    fake.failReset = 'slow';
    wire.request('episode/reset_many', { ...reset, count: 3 });
    await expect.poll(() => fake.plays.length).toBe(2);
    await wire.reset();
    expect(open()).toBe(4);
    wire.socket.terminate();
    // The last reset was told; the slow one has its slot until it ends.
    await expect.poll(open).toBe(2);
    fake.open('slow');
    await expect.poll(open).toBe(1);
  });

  it('keeps those that were told', async () => {
    fake.failReset = 'slow';
    wire.request('episode/reset_many', { ...reset, count: 3, stream: true });
    const tokens: unknown[] = [];
    while (tokens.length < 2) {
      const { params } = await wire.answer();
      tokens.push((params as { readonly episode: Frame }).episode.resume_token);
    }
    wire.socket.terminate();
    wire = await Wire.connect(`${server.url}/v1`);
    for (const resume_token of tokens) await wire.result('episode/resume', { resume_token });
    fake.open('slow');
  });

  it.each(['reset', 'fork'])('ends the episode of a %s', async (method) => {
    const { episode_id, resume_token } = await wire.result('episode/reset', reset);
    const other = await wire.reset();
    // Its answer waits for that of the step.
    wire.send([
      {
        jsonrpc: '2.0',
        id: 'opens',
        method: `episode/${method}`,
        params: method === 'reset' ? reset : { episode_id },
      },
      {
        jsonrpc: '2.0',
        id: 'waits',
        method: 'episode/step',
        params: { episode_id: other, action: 'wait end' },
      },
    ]);
    await fake.reached('end');
    await expect.poll(open).toBe(3);
    await expect.poll(() => fake.plays.length).toBe(3);
    wire.socket.terminate();
    await expect.poll(open).toBe(2);
    fake.open('end');
    wire = await Wire.connect(`${server.url}/v1`);
    expect(await wire.result('episode/resume', { resume_token })).toMatchObject({ episode_id });
  });
});

describe('episode/step_many', () => {
  it('sends each result as it comes, and counts them at the end', async () => {
    await start();
    const { episodes } = await resetMany({ count: 3 });
    const [slow, fast, bad] = episodes.map(({ episode_id }) => String(episode_id));
    const id = wire.request('episode/step_many', {
      steps: [
        { episode_id: slow, action: 'wait for it' },
        { episode_id: fast, action: 'echo quick', step: 1 },
        { episode_id: bad, action: 'echo no', step: 7 },
        { episode_id: 'none', action: 'echo no' },
      ],
    });
    const notes = [await wire.answer(), await wire.answer(), await wire.answer()].map(
      ({ method, params }) => {
        expect(method).toBe('episode/result');
        return params as Frame;
      },
    );
    notes.sort((a, b) => Number(a.index) - Number(b.index));
    expect(notes).toMatchObject([
      { request_id: id, index: 1, episode_id: fast, result: { step: 1, observation: { output: 'quick\n' } } },
      { index: 2, episode_id: bad, error: { code: -32023, data: { expected: 1 } } },
      { index: 3, episode_id: 'none', error: { code: -32020 } },
    ]);
    fake.open('for it');
    const last = await answered(id);
    expect(last.notes.map(({ params }) => params)).toMatchObject([{ index: 0, episode_id: slow }]);
    expect(last.answer.result).toEqual({ done: 2, failed: 2 });
  });

  it('makes the steps of one episode in order', async () => {
    await start();
    const episode_id = await wire.reset();
    const steps = [1, 2, 3].map((step) => ({ episode_id, step, action: `echo ${step}` }));
    const { notes, answer } = await answered(wire.request('episode/step_many', { steps }));
    expect(notes.map(({ params }) => (params as { result: Frame }).result.observation)).toEqual(
      [1, 2, 3].map((step) => ({ output: `${step}\n`, exit_code: 0 })),
    );
    expect(answer.result).toEqual({ done: 3, failed: 0 });
  });

  it('begins all its steps before a later request, also in a batch', async () => {
    await start();
    const episode_id = await wire.reset();
    const steps = (first: number) =>
      Array.from({ length: 200 }, (_, index) => ({ episode_id, step: first + index, action: 'echo' }));
    const many = wire.request('episode/step_many', { steps: steps(1) });
    const one = wire.request('episode/step', { episode_id, step: 201, action: 'echo' });
    const answers = new Map<unknown, unknown>();
    while (answers.size < 2) {
      const { id, result } = await wire.frame();
      if (id !== undefined) answers.set(id, result);
    }
    expect(answers.get(one)).toMatchObject({ step: 201 });
    expect(answers.get(many)).toEqual({ done: 200, failed: 0 });
    wire.send([
      { jsonrpc: '2.0', id: 'many', method: 'episode/step_many', params: { steps: steps(202) } },
      {
        jsonrpc: '2.0',
        id: 'one',
        method: 'episode/step',
        params: { episode_id, step: 402, action: 'echo' },
      },
    ]);
    for (;;) {
      const next: unknown = await wire.frame();
      if (!Array.isArray(next)) continue;
      expect(next).toMatchObject([{ result: { done: 200, failed: 0 } }, { result: { step: 402 } }]);
      break;
    }
  });

  it('makes the steps of a notification without an answer', async () => {
    await start();
    const episode_id = await wire.reset();
    const params = { steps: [{ episode_id, action: 'echo hi' }] };
    wire.send({ jsonrpc: '2.0', method: 'episode/step_many', params });
    const { step } = await wire.result('episode/step', { episode_id, action: 'echo there' });
    expect(step).toBe(2);
  });

  it('counts its steps as requests in progress', async () => {
    await start({ max_episodes_per_connection: 4 });
    const { episodes } = await resetMany({ count: 4 });
    const steps = episodes.flatMap(({ episode_id }) =>
      ['wait all', 'echo 2'].map((action) => ({ episode_id, action })),
    );
    const id = wire.request('episode/step_many', { steps });
    await fake.reached('all');
    const state = wire.request('episode/state', { episode_id: episodes[0]?.episode_id });
    fake.open('all');
    // The ninth request starts when one of the eight steps is done.
    const first = await wire.frame();
    expect(first.method).toBe('episode/result');
    const answers = new Map<unknown, unknown>();
    while (answers.size < 2) {
      const next = await wire.frame();
      if (next.id !== undefined) answers.set(next.id, next.result);
    }
    expect(answers.get(id)).toEqual({ done: 8, failed: 0 });
    expect(answers.get(state)).toMatchObject({ step_count: expect.any(Number) });
  });

  it('takes later requests while its slowest step runs', async () => {
    await start({ max_episodes_per_connection: 4 });
    const { episodes } = await resetMany({ count: 4 });
    const [slow, fast] = episodes.map(({ episode_id }) => String(episode_id));
    const quick = Array.from({ length: 8 }, () => ({ episode_id: fast, action: 'echo' }));
    const id = wire.request('episode/step_many', {
      steps: [{ episode_id: slow, action: 'wait last' }, ...quick],
    });
    const state = wire.request('episode/state', { episode_id: fast });
    expect((await answered(state)).answer.result).toMatchObject({ episode_id: fast });
    fake.open('last');
    expect((await answered(id)).answer.result).toEqual({ done: 9, failed: 0 });
  });

  it('starts no step for a client that does not read, and holds no more than what is in progress', async () => {
    await start({ max_buffered_bytes: 1_024, slow_reader_timeout_ms: 60_000 });
    const { episodes } = await resetMany({ count: 200 });
    // Far more than the buffers of the sockets take.
    const step = (number: number) =>
      wire.request('episode/step_many', {
        steps: episodes.map(({ episode_id }) => ({ episode_id, step: number, action: 'big 65000' })),
      });
    wire.socket.pause();
    const ids = [1, 2, 3, 4, 5].map(step);
    let acted = -1;
    const count = (): number => fake.plays.reduce((sum, play) => sum + play.acted.length, 0);
    for (let still = 0; still < 20; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      still = count() === acted && acted > 0 ? still + 1 : 0;
      acted = count();
    }
    expect(acted).toBeLessThan(1_000);
    wire.socket.resume();
    let results = 0;
    for (const id of ids) {
      const { notes, answer } = await answered(id);
      results += notes.length;
      expect(answer.result).toEqual({ done: 200, failed: 0 });
    }
    expect(results).toBe(1_000);
  });
});
