import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { trajectoryIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const GRACE = 60_000;
let server: TestServer;
let fake: FakeEnvironment;

async function start(settings: Parameters<typeof startTestServer>[1] = {}): Promise<void> {
  fake = new FakeEnvironment();
  server = await startTestServer([fake], { grace_ms: GRACE, ...settings });
}

const connect = (): Promise<Wire> => Wire.connect(`${server.url}/v1`);

interface Begun {
  readonly id: string;
  readonly token: string;
  readonly wire: Wire;
}

async function begin(options: Readonly<Record<string, unknown>> = {}, on?: Wire): Promise<Begun> {
  const wire = on ?? (await connect());
  const reset = await wire.result('episode/reset', { environment: 'fake-v1', ...options });
  return { id: String(reset.episode_id), token: String(reset.resume_token), wire };
}

const resume = (wire: Wire, resume_token: string) => wire.result('episode/resume', { resume_token });
const refused = (wire: Wire, resume_token: string) => wire.error('episode/resume', { resume_token });
const step = (wire: Wire, episode_id: string, number: number, action: unknown) =>
  wire.result('episode/step', { episode_id, step: number, action });

async function drop({ wire }: Begun): Promise<void> {
  const before = server.app.fastify.websocketServer.clients.size;
  wire.socket.terminate();
  await expect.poll(() => server.app.fastify.websocketServer.clients.size).toBe(before - 1);
}

/** The events of an episode's trajectory. */
function events(id: string): Readonly<Record<string, unknown>>[] {
  const text = readFileSync(trajectoryIn(server.trajectories, id), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

afterEach(() => server.close());

describe('a dropped socket', () => {
  test('leaves its episodes to the one that has their token, with all results', async () => {
    await start();
    const begun = await begin();
    const { id, token } = begun;
    const first = await step(begun.wire, id, 1, 'echo one');
    await drop(begun);
    expect(fake.plays[0]?.released).toBe(0);
    const wire = await connect();
    const resumed = await resume(wire, token);
    expect(resumed).toMatchObject({
      episode_id: id,
      environment: 'fake-v1',
      task: { dataset: 'built-in' },
      status: 'ready',
      step_count: 1,
      exact: true,
    });
    expect(resumed.last).toEqual(first);
    expect(await step(wire, id, 1, 'echo one')).toEqual({ ...first, replayed: true });
    expect(await step(wire, id, 2, 'echo two')).toMatchObject({ step: 2, observation: { output: 'two\n' } });
    expect(fake.plays).toHaveLength(1);
    expect(fake.plays[0]?.acted).toEqual(['echo one', 'echo two']);
    expect(events(id)).toMatchObject([
      { event: 'reset', version: 4 },
      { event: 'step', step: 1 },
      { event: 'resume', after_step: 1, how: 'socket', exact: true },
      { event: 'step', step: 2 },
    ]);
    expect(JSON.stringify(events(id))).not.toContain(token);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('stepwell_resumes_total{environment="fake-v1",how="socket"} 1');
  });

  test('in mid-step: the step goes on, and its number brings its result', async () => {
    await start();
    const begun = await begin();
    const { id, token } = begun;
    begun.wire.request('episode/step', { episode_id: id, step: 1, action: 'wait go' });
    await fake.reached('go');
    await drop(begun);
    const wire = await connect();
    expect(await resume(wire, token)).toMatchObject({ status: 'stepping', step_count: 0 });
    wire.request('episode/step', { episode_id: id, step: 1, action: 'wait go' });
    wire.request('episode/step', { episode_id: id, step: 2, action: 'echo two' });
    fake.open('go');
    expect(await wire.answer()).toMatchObject({ result: { step: 1, replayed: true } });
    expect(await wire.answer()).toMatchObject({ result: { step: 2 } });
    expect(fake.plays[0]?.acted).toEqual(['wait go', 'echo two']);
  });

  test('in mid-grade: the grade goes on, and the end and its reward are there in the grace time', async () => {
    await start();
    const begun = await begin();
    const { id, token } = begun;
    fake.gradeGate = 'grade';
    const action = { submit: true, answer: 'gold' };
    begun.wire.request('episode/step', { episode_id: id, step: 1, action });
    await fake.reached('grade');
    await drop(begun);
    fake.open('grade');
    await expect.poll(() => fake.plays[0]?.released).toBe(1);
    const wire = await connect();
    const resumed = await resume(wire, token);
    expect(resumed).toMatchObject({ status: 'over', step_count: 1, last: { reward: 1, terminated: true } });
    expect(await step(wire, id, 1, action)).toMatchObject({ reward: 1, replayed: true });
    expect(await wire.error('episode/step', { episode_id: id, step: 2, action: 'ls' })).toMatchObject({
      data: { name: 'episode_over' },
    });
    expect(events(id).map(({ event }) => event)).toEqual(['reset', 'step', 'close']);
  });

  test('whose grace time is over has lost its episodes, and the error names that time', async () => {
    await start({ grace_ms: 1 });
    const begun = await begin();
    begun.wire.socket.terminate();
    await expect.poll(() => fake.plays[0]?.released).toBe(1);
    const error = await refused(await connect(), begun.token);
    expect(error).toMatchObject({ code: -32020, data: { name: 'episode_not_found', grace_ms: 1 } });
    expect(error.message).toContain('more than 1 ms');
  });

  test('that says goodbye ends its episodes at once', async () => {
    await start();
    const begun = await begin();
    begun.wire.socket.close(1000);
    await expect.poll(() => fake.plays[0]?.released).toBe(1);
    await refused(await connect(), begun.token);
  });

  test('that the heartbeat gave up has used the grace time with its silence', async () => {
    await start({ heartbeat_interval_ms: 20, heartbeat_timeout_ms: 300, grace_ms: 300 });
    const { wire } = await begin();
    wire.socket.pause();
    await expect.poll(() => server.app.fastify.websocketServer.clients.size, { timeout: 10_000 }).toBe(0);
    expect(fake.plays[0]?.released).toBe(1);
    wire.socket.terminate();
  });

  test('in mid-reset leaves no episode, as nobody has its token', async () => {
    await start();
    fake.failReset = 'reset';
    const wire = await connect();
    wire.request('episode/reset', { environment: 'fake-v1' });
    await fake.reached('reset');
    wire.socket.terminate();
    await expect.poll(() => server.app.fastify.websocketServer.clients.size).toBe(0);
    fake.open('reset');
    await expect.poll(() => fake.plays[0]?.released).toBe(1);
    expect(server.app.registry.openCount).toBe(0);
  });

  test('whose episodes were resumed keeps none of them, and a second drop counts anew', async () => {
    await start({ max_episodes: 2 });
    const begun = await begin();
    await drop(begun);
    const wire = await connect();
    await resume(wire, begun.token);
    await drop({ ...begun, wire });
    const third = await connect();
    expect(await resume(third, begun.token)).toMatchObject({ status: 'ready' });
    await third.result('episode/close', { episode_id: begun.id });
    expect(fake.plays[0]?.released).toBe(1);
    expect(server.app.registry.openCount).toBe(0);
    await refused(third, begun.token);
  });
});

describe('an episode has one owner', () => {
  test('the latest claimant; the other socket is told, and its later calls say so', async () => {
    await start();
    const { id, token, wire: old } = await begin();
    const wire = await connect();
    await resume(wire, token);
    expect(await old.answer()).toEqual({
      jsonrpc: '2.0',
      method: 'episode/moved',
      params: { episode_id: id },
    });
    for (const method of ['episode/state', 'episode/evaluate', 'episode/close']) {
      expect(await old.error(method, { episode_id: id })).toMatchObject({
        data: { name: 'episode_not_found', moved: true },
      });
    }
    old.socket.close(1000);
    await old.closed;
    expect(await step(wire, id, 1, 'echo on')).toMatchObject({ step: 1 });
    expect(fake.plays[0]?.released).toBe(0);
  });

  test('two claimants at once: the second one has it', async () => {
    await start();
    const { id, token } = await begin();
    const [one, two] = [await connect(), await connect()];
    one.request('episode/resume', { resume_token: token });
    expect(await one.answer()).toHaveProperty('result');
    await resume(two, token);
    expect(await one.answer()).toMatchObject({ method: 'episode/moved' });
    await resume(one, token);
    expect(await two.answer()).toMatchObject({ method: 'episode/moved' });
    expect(await two.error('episode/state', { episode_id: id })).toMatchObject({ data: { moved: true } });
    expect(await step(one, id, 1, 'echo mine')).toMatchObject({ step: 1 });
  });

  test('a claim of its own episode changes nothing', async () => {
    await start();
    const { id, token, wire } = await begin();
    expect(await resume(wire, token)).toMatchObject({ episode_id: id, step_count: 0 });
    expect(await step(wire, id, 1, 'echo on')).toMatchObject({ step: 1 });
    expect(events(id).map(({ event }) => event)).toEqual(['reset', 'step']);
  });

  test('requests of the old socket that have not begun are refused, the one that runs is answered', async () => {
    await start();
    const { id, token, wire: old } = await begin();
    old.request('episode/step', { episode_id: id, step: 1, action: 'wait go' });
    old.request('episode/step', { episode_id: id, step: 2, action: 'echo not run' });
    await fake.reached('go');
    const wire = await connect();
    await resume(wire, token);
    fake.open('go');
    expect(await old.answer()).toMatchObject({ method: 'episode/moved' });
    expect(await old.answer()).toMatchObject({ result: { step: 1 } });
    expect(await old.answer()).toMatchObject({ error: { data: { moved: true } } });
    expect(await step(wire, id, 2, 'echo run')).toMatchObject({ observation: { output: 'run\n' } });
  });

  test('a clogged socket does not hold up the one that takes over', async () => {
    await start({ max_buffered_bytes: 65_536 });
    const { id, token, wire: old } = await begin({ max_output_bytes: 4_194_304 });
    old.socket.pause();
    for (let number = 1; number <= 20; number += 1) {
      old.request('episode/step', { episode_id: id, step: number, action: 'big 3000000' });
    }
    await expect.poll(() => fake.plays[0]?.acted.length).toBeGreaterThan(0);
    const wire = await connect();
    const { step_count } = await resume(wire, token);
    const next = Number(step_count) + 1;
    expect(await step(wire, id, next, 'big 3000000')).toMatchObject({ step: next });
    expect(await step(wire, id, next + 1, 'echo on')).toMatchObject({ observation: { output: 'on\n' } });
    old.socket.terminate();
  });

  test('a connection at its maximum takes over none', async () => {
    await start({ max_episodes_per_connection: 1 });
    const first = await begin();
    const { wire } = await begin();
    expect(await refused(wire, first.token)).toMatchObject({ data: { name: 'capacity' } });
    expect(await step(first.wire, first.id, 1, 'echo mine')).toMatchObject({ step: 1 });
  });

  test('a connection with another episode of this id takes over none', async () => {
    await start();
    const over = await begin({ episode_id: 'same' });
    await step(over.wire, 'same', 1, 'skip');
    const { wire } = await begin({ episode_id: 'same' });
    expect(await refused(wire, over.token)).toMatchObject({ data: { name: 'episode_exists' } });
  });
});

test('a wrong token gets nothing', async () => {
  await start();
  const { token, wire } = await begin();
  for (const wrong of [`${token}x`, token.slice(1), 'x']) {
    expect(await refused(wire, wrong)).toMatchObject({ data: { name: 'episode_not_found' } });
  }
  expect(await refused(wire, '')).toMatchObject({ data: { name: 'invalid_params' } });
});

test('during a drain nothing is taken over', async () => {
  await start();
  const begun = await begin();
  const busy = await begin();
  busy.wire.request('episode/step', { episode_id: busy.id, action: 'wait go' });
  await fake.reached('go');
  await drop(begun);
  const wire = await connect();
  const closing = server.app.close();
  expect(await refused(wire, begun.token)).toMatchObject({ data: { name: 'shutting_down' } });
  fake.open('go');
  await closing;
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 1]);
});

test('initialize tells the grace time', async () => {
  await start();
  const { limits } = await (await connect()).result('initialize', { protocol_version: 1 });
  expect(limits).toMatchObject({
    grace_ms: GRACE,
    queue_timeout_ms: 30_000,
    max_episodes_per_connection: 1024,
  });
});
