import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let fake: FakeEnvironment;
let server: TestServer;
let wire: Wire;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake], { max_episodes: 4, max_episodes_per_connection: 3 });
  wire = await Wire.connect(`${server.url}/v1`);
});

afterEach(async () => {
  wire.socket.close();
  await server.close();
});

test('an episode goes from initialize to reward', async () => {
  expect(await wire.result('initialize', { protocol_version: 1 })).toMatchObject({
    protocol_version: 1,
    server: { name: 'stepwell' },
  });
  const reset = await wire.result('episode/reset', { environment: 'fake-v1', task: 'task-1', seed: 7 });
  expect(reset).toMatchObject({
    task: { id: 'task-1', index: 1, dataset: 'built-in' },
    observation: { output: 'Print gold (1).' },
    info: { seed: 7, engine: 'local', isolation: 'layer' },
  });
  const { episode_id } = reset;
  expect(await wire.result('episode/step', { episode_id, step: 1, action: { code: 'echo gold' } })).toEqual({
    step: 1,
    observation: { output: 'gold\n', exit_code: 0 },
    reward: null,
    terminated: false,
    truncated: false,
    failure: null,
    info: { duration_ms: 1, grade_ms: 0, queue_ms: expect.any(Number), action_executed: true },
  });
  expect(await wire.result('episode/state', { episode_id })).toMatchObject({
    status: 'ready',
    step_count: 1,
  });
  expect(await wire.result('episode/step', { episode_id, step: 2, action: 'submit' })).toMatchObject({
    reward: 1,
    terminated: true,
    truncated: false,
    info: { reward_components: { match: 1 } },
  });
  expect(fake.plays[0]?.released).toBe(1);
  expect(await wire.result('episode/close', { episode_id })).toEqual({ closed: true });
  expect(fake.plays[0]?.released).toBe(1);
});

test('the lists tell environments and a page of tasks', async () => {
  expect(await wire.result('environments/list')).toMatchObject({ environments: [{ id: 'fake-v1' }] });
  expect(await wire.result('tasks/list', { environment: 'fake-v1', offset: 1, limit: 1 })).toEqual({
    dataset: 'built-in',
    total: 3,
    tasks: [{ id: 'task-1', index: 1, instruction: 'Print gold (1).', tags: ['fake'] }],
  });
});

test.each([
  ['episode/reset', { environment: 'none-v1' }, 'environment_not_found', -32010],
  ['episode/reset', { environment: 'fake-v1', task: 99 }, 'task_not_found', -32012],
  ['tasks/list', { environment: 'fake-v1', dataset: 'none' }, 'dataset_not_found', -32011],
  ['episode/step', { episode_id: 'none', action: 'ls' }, 'episode_not_found', -32020],
  ['episode/close', { episode_id: 'none' }, 'episode_not_found', -32020],
  ['episode/teleport', {}, 'method_not_found', -32601],
  ['initialize', { protocol_version: 99 }, 'version_mismatch', -32002],
])('%s %j is refused as %s', async (method, params, name, code) => {
  const error = await wire.error(method, params);
  expect(error).toMatchObject({ code, data: { name } });
  expect(error.data).not.toHaveProperty('mask_sample');
});

test('invalid params name every field', async () => {
  const error = await wire.error('episode/reset', { environment: 5, max_turns: 0, turns: 1 });
  expect(error).toMatchObject({ code: -32602, data: { name: 'invalid_params', retryable: false } });
  const issues = error.data.issues as { field: string }[];
  expect(issues.map(({ field }) => field).sort()).toEqual(['environment', 'max_turns', 'turns']);
});

test.each([
  ['{', -32700],
  ['5', -32600],
  ['[]', -32600],
  ['{"id":1,"method":"initialize"}', -32600],
  ['{"jsonrpc":"2.0","id":{},"method":"initialize"}', -32600],
])('%s is answered with %i', async (frame, code) => {
  const answer = JSON.parse(await wire.ask(frame));
  expect(answer).toMatchObject({ error: { code } });
});

test('a batch is answered in its order, notifications not at all', async () => {
  const a = await wire.reset();
  const b = await wire.reset();
  const step = (id: number | undefined, episode_id: string, code: string) => ({
    jsonrpc: '2.0',
    ...(id === undefined ? {} : { id }),
    method: 'episode/step',
    params: { episode_id, action: { code } },
  });
  wire.send([step(1, a, 'wait b-first'), step(undefined, b, 'echo unheard'), step(2, b, 'echo b'), 7]);
  await fake.reached('b-first');
  fake.open('b-first');
  const answers = JSON.parse(await wire.text());
  expect(answers).toMatchObject([
    { id: 1, result: { step: 1, observation: { output: 'waited\n' } } },
    { id: 2, result: { step: 2, observation: { output: 'b\n' } } },
    { id: null, error: { code: -32600 } },
  ]);
});

test('the requests of a batch count one by one: with too many under way no more is read', async () => {
  const episode_id = await wire.reset();
  const [socket] = server.app.fastify.websocketServer.clients;
  const batch = Array.from({ length: 6 }, (_, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'episode/step',
    params: { episode_id, action: 'wait go' },
  }));
  wire.send(batch.slice(1));
  await fake.reached('go');
  expect(socket?.isPaused).toBe(false);
  wire.send(batch.slice(0, 1));
  await expect.poll(() => socket?.isPaused).toBe(true);
  fake.open('go');
  await Promise.all([wire.text(), wire.text()]);
  expect(socket?.isPaused).toBe(false);
});

test('a batch of one is answered with a batch of one', async () => {
  wire.send([{ jsonrpc: '2.0', id: 1, method: 'environments/list' }]);
  expect(JSON.parse(await wire.text())).toHaveLength(1);
});

test('episodes run at the same time, the steps of one in order', async () => {
  const slow = await wire.reset();
  const fast = await wire.reset();
  const first = wire.request('episode/step', { episode_id: slow, action: 'wait go' });
  const second = wire.request('episode/step', { episode_id: slow, action: 'echo second' });
  const other = wire.request('episode/step', { episode_id: fast, action: 'echo other' });
  expect(await wire.answer()).toMatchObject({ id: other });
  expect(fake.plays[0]?.acted).toEqual(['wait go']);
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ id: first, result: { step: 1 } });
  expect(await wire.answer()).toMatchObject({ id: second, result: { step: 2 } });
});

test('a step sent along with the reset waits for it', async () => {
  wire.request('episode/reset', { environment: 'fake-v1', episode_id: 'mine' });
  wire.request('episode/step', { episode_id: 'mine', action: 'echo hi' });
  expect(await wire.answer()).toMatchObject({ result: { episode_id: 'mine' } });
  expect(await wire.answer()).toMatchObject({ result: { observation: { output: 'hi\n' } } });
});

test('an id in use is refused until its episode has ended', async () => {
  await wire.reset({ episode_id: 'mine' });
  expect(await wire.error('episode/reset', { environment: 'fake-v1', episode_id: 'mine' })).toMatchObject({
    data: { name: 'episode_exists' },
  });
  await wire.result('episode/close', { episode_id: 'mine' });
  expect(await wire.reset({ episode_id: 'mine' })).toBe('mine');
});

test('an episode belongs to its connection', async () => {
  const episode_id = await wire.reset();
  const other = await Wire.connect(`${server.url}/v1`);
  expect(await other.error('episode/step', { episode_id, action: 'ls' })).toMatchObject({
    data: { name: 'episode_not_found' },
  });
  other.socket.close();
});

test('slots of a connection and of the server run out with capacity, and come back', async () => {
  const ids = [await wire.reset(), await wire.reset(), await wire.reset()];
  expect(await wire.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
    code: -32040,
    data: { name: 'capacity', retryable: true, max_episodes: 3, mask_sample: false },
  });
  const other = await Wire.connect(`${server.url}/v1`);
  await other.reset();
  expect(await other.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
    data: { name: 'capacity', max_episodes: 4, mask_sample: true },
  });
  await wire.result('episode/step', { episode_id: ids[0], action: 'skip' });
  await other.reset();
  other.socket.close();
});

test('a socket that closes gives its episodes back', async () => {
  await wire.reset();
  wire.socket.close();
  await wire.closed;
  await expect.poll(() => fake.plays[0]?.released).toBe(1);
  expect(server.app.registry.openCount).toBe(0);
});

test('a client that disconnects during a reset leaves no episode', async () => {
  fake.failReset = 'gate';
  wire.request('episode/reset', { environment: 'fake-v1' });
  await fake.reached('gate');
  wire.socket.terminate();
  await wire.closed;
  fake.open('gate');
  await expect.poll(() => server.app.registry.openCount).toBe(0);
  expect(fake.plays.map(({ released }) => released)).toEqual([1]);
});

test('a client that disconnects while its reset waits is not counted as a server fault', async () => {
  const lines: string[] = [];
  await server.close();
  server = await startTestServer(
    [fake],
    {},
    {
      log: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    },
  );
  wire = await Wire.connect(`${server.url}/v1`);
  let begun = false;
  let givenUp = false;
  const reset: FakeEnvironment['reset'] = (_task, _options, signal) => {
    begun = true;
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        givenUp = true;
        reject(signal.reason);
      });
    });
  };
  Object.assign(fake, { reset });
  wire.request('episode/reset', { environment: 'fake-v1' });
  await expect.poll(() => begun).toBe(true);
  wire.socket.terminate();
  await expect.poll(() => givenUp).toBe(true);
  wire = await Wire.connect(`${server.url}/v1`);
  await wire.result('initialize', { protocol_version: 1 });
  expect(lines).toEqual([]);
});
