import { afterEach, expect, test } from 'vitest';
import { SandboxError } from '../../docker/errors.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { startTestServer, type TestServer, Wire } from './test-server.ts';

let server: TestServer | undefined;

async function start(settings: Parameters<typeof startTestServer>[1] = {}) {
  const fake = new FakeEnvironment();
  server = await startTestServer([fake], settings);
  return { fake, server, wire: await Wire.connect(`${server.url}/v1`) };
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('probes and metrics tell what happens', async () => {
  const { server, wire } = await start();
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const episode_id = await wire.reset();
  await wire.result('episode/step', { episode_id, action: 'echo a' });
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  expect(await metrics()).toContain('stepwell_episodes_open 1');
  await wire.result('episode/step', { episode_id, action: 'submit' });
  const text = await metrics();
  expect(text).toContain('stepwell_episodes_total{environment="fake-v1",outcome="terminated"} 1');
  expect(text).toContain('stepwell_steps_total{environment="fake-v1"} 2');
  expect(text).toContain('stepwell_step_seconds_bucket{le="0.00025",environment="fake-v1"}');
  expect(text).toContain('stepwell_reset_seconds_count{environment="fake-v1"} 1');
  expect(text).toContain('stepwell_episodes_open 0');
  expect(text).toContain('stepwell_sandboxes_max 1024');
});

test('failures are counted by class and code', async () => {
  const { fake, server, wire } = await start();
  fake.failGrade = new Error('broken');
  await wire.result('episode/step', { episode_id: await wire.reset(), action: 'submit' });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
    'stepwell_failures_total{class="grading",code="internal"} 1',
  );
});

test('a frame above the limit closes the socket with 1009', async () => {
  const { fake, wire } = await start({ max_frame_bytes: 2_048 });
  await wire.reset();
  wire.send('x'.repeat(3_000));
  expect(await wire.closed).toBe(1009);
  await expect.poll(() => fake.plays[0]?.released).toBe(1);
});

test('a client that does not read is not read from, and is cut', async () => {
  const { fake, wire } = await start({ max_buffered_bytes: 65_536, slow_reader_timeout_ms: 300 });
  const episode_id = await wire.reset();
  wire.socket.pause();
  const size = 4_000_000;
  const total = 100;
  for (let i = 0; i < total; i += 1) wire.request('episode/step', { episode_id, action: `big ${size}` });
  await expect.poll(() => fake.plays[0]?.released, { timeout: 10_000 }).toBe(1);
  wire.socket.resume();
  await wire.closed;
});

test('a client that reads late gets everything', async () => {
  const { fake, wire } = await start({ max_buffered_bytes: 65_536 });
  const episode_id = await wire.reset();
  wire.socket.pause();
  const size = 3_000_000;
  for (let i = 0; i < 8; i += 1) wire.request('episode/step', { episode_id, action: `big ${size}` });
  await expect.poll(() => fake.plays[0]?.acted.length).toBeGreaterThan(1);
  wire.socket.resume();
  for (let i = 1; i <= 8; i += 1) expect(await wire.answer()).toMatchObject({ result: { step: i } });
  wire.request('episode/state', { episode_id });
  expect(await wire.answer()).toMatchObject({ result: { step_count: 8 } });
});

test('a socket that answers no pings is closed, one that answers stays open', async () => {
  const { fake, server, wire } = await start({ heartbeat_interval_ms: 50, heartbeat_timeout_ms: 250 });
  const silent = await Wire.connect(`${server.url}/v1`);
  await silent.reset();
  await wire.reset();
  silent.socket.pause();
  await expect.poll(() => fake.plays[0]?.released).toBe(1);
  expect(fake.plays[1]?.released).toBe(0);
  expect(await wire.result('environments/list')).toHaveProperty('environments');
  silent.socket.terminate();
});

test('a client whose requests are not all read yet is not silent', async () => {
  const { fake, wire } = await start({
    heartbeat_interval_ms: 50,
    heartbeat_timeout_ms: 150,
    max_episodes_per_connection: 1,
  });
  const episode_id = await wire.reset();
  for (const action of ['wait go', 'echo second']) wire.request('episode/step', { episode_id, action });
  await fake.reached('go');
  let pings = 0;
  wire.socket.on('ping', () => {
    pings += 1;
  });
  await expect.poll(() => pings).toBeGreaterThan(4);
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ result: { step: 1 } });
  expect(await wire.answer()).toMatchObject({ result: { step: 2 } });
});

test('shutdown finishes running steps, refuses new work, then closes everything', async () => {
  const { fake, server: running, wire } = await start();
  const busy = await wire.reset();
  const idle = await wire.reset();
  wire.request('episode/step', { episode_id: busy, action: 'wait go' });
  await fake.reached('go');
  const closing = running.app.close();
  expect(await wire.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
    data: { name: 'shutting_down' },
  });
  expect(await wire.error('episode/step', { episode_id: idle, action: 'ls' })).toMatchObject({
    data: { name: 'shutting_down' },
  });
  expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ result: { observation: { output: 'waited\n' } } });
  expect(await wire.closed).toBe(1001);
  await closing;
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 1]);
});

test('shutdown answers waiting resets at once and releases their sandboxes', async () => {
  const { fake, server: running, wire } = await start();
  const openenv = await Wire.connect(`${running.url}/openenv/fake-v1/ws`);
  const busy = await wire.reset();
  wire.request('episode/step', { episode_id: busy, action: 'wait go' });
  await fake.reached('go');
  fake.failReset = 'first';
  wire.request('episode/reset', { environment: 'fake-v1' });
  await fake.reached('first');
  fake.failReset = 'second';
  openenv.send('{"type":"reset"}');
  await fake.reached('second');
  fake.failReset = 'third';
  const http = fetch(`${running.url}/openenv/fake-v1/reset`, { method: 'POST' });
  await fake.reached('third');
  const closing = running.app.close();
  // A step is still running: it is not waited for.
  expect(await wire.answer()).toMatchObject({ error: { data: { name: 'shutting_down' } } });
  expect(JSON.parse(await openenv.text())).toMatchObject({ data: { code: 'SESSION_ERROR' } });
  expect((await http).status).toBe(503);
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ result: { observation: { output: 'waited\n' } } });
  await closing;
  for (const gate of ['first', 'second', 'third']) fake.open(gate);
  await expect.poll(() => fake.plays.map(({ released }) => released)).toEqual([1, 1, 1, 1]);
});

test('shutdown answers a step that waits for its client to read', async () => {
  const { fake, server: running, wire } = await start({ max_buffered_bytes: 65_536 });
  const episode_id = await wire.reset();
  wire.socket.pause();
  for (let n = 0; n < 40; n += 1) wire.request('episode/step', { episode_id, action: 'big 1000000' });
  await expect.poll(() => fake.plays[0]?.acted.length).toBeGreaterThan(1);
  await running.app.close();
  expect(fake.plays[0]?.released).toBe(1);
  wire.socket.terminate();
});

test('a reset that acquires a dead sandbox takes another one', async () => {
  const { fake, server, wire } = await start();
  for (const code of ['died', 'unresponsive'] as const) {
    fake.failReset = new SandboxError(code, 'The container has ended.');
    const episode_id = await wire.reset();
    expect(await wire.result('episode/step', { episode_id, action: 'echo a' })).toMatchObject({ step: 1 });
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).not.toContain('stepwell_failures_total{');
  let attempts = 0;
  fake.reset = async () => {
    attempts += 1;
    throw new SandboxError('died', 'All of them end.');
  };
  expect(await wire.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
    data: { name: 'sandbox_unavailable', sandbox_code: 'sandbox_died' },
  });
  expect(attempts).toBe(3);
  fake.reset = async () => {
    attempts += 1;
    throw new SandboxError('start_failed', 'There is no engine.');
  };
  await wire.error('episode/reset', { environment: 'fake-v1' });
  expect(attempts).toBe(4);
});

test('shutdown does not wait for ever', async () => {
  const { fake, server: running, wire } = await start({ drain_timeout_ms: 50 });
  const episode_id = await wire.reset();
  wire.request('episode/step', { episode_id, action: 'wait never' });
  await fake.reached('never');
  await running.app.close();
  expect(fake.plays[0]?.released).toBe(1);
});

test('shutdown does not wait for a client that reads nothing', async () => {
  const { server: running, wire } = await start();
  await wire.reset();
  wire.socket.pause();
  await running.app.close();
  expect(running.app.fastify.websocketServer.clients.size).toBe(0);
  wire.socket.terminate();
});
