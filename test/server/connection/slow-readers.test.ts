import { afterEach, expect, test } from 'vitest';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const MIB = 1_048_576;

let fake: FakeEnvironment;
let server: TestServer;
const wires: Wire[] = [];

async function start(settings: Parameters<typeof startTestServer>[1] = {}, note = ''): Promise<void> {
  fake = new FakeEnvironment('fake-v1', 3, note);
  server = await startTestServer([fake], settings);
}

async function open(path = '/v1'): Promise<Wire> {
  const wire = await Wire.connect(`${server.url}${path}`);
  wires.push(wire);
  return wire;
}

afterEach(async () => {
  for (const wire of wires.splice(0)) wire.socket.terminate();
  await server.close();
});

/** Bytes of answers that wait in the server, over all sockets. */
function unsent(): number {
  return [...server.app.fastify.websocketServer.clients].reduce((sum, one) => sum + one.bufferedAmount, 0);
}

/** Actions begun, over all episodes. */
const acted = (): number => fake.plays.reduce((sum, play) => sum + play.acted.length, 0);

/** Wait until some of what a client asked for has run. */
async function begun(): Promise<void> {
  await expect.poll(acted, { timeout: 20_000 }).toBeGreaterThan(1);
}

/** Time for all that can happen: another client steps so often that nothing of others can be in the middle. */
async function others(steps = 100): Promise<void> {
  const wire = await open();
  const episode_id = await wire.reset();
  for (let n = 0; n < steps; n += 1) await wire.result('episode/step', { episode_id, action: 'echo on' });
  await wire.result('episode/close', { episode_id });
}

test('of 400 pipelined steps of a client that does not read, few run', async () => {
  await start();
  const wire = await open();
  const episode_id = await wire.reset({ max_output_bytes: 16 * MIB });
  wire.socket.pause();
  for (let n = 0; n < 400; n += 1) wire.request('episode/step', { episode_id, action: 'big 4000000' });
  await begun();
  await others();
  expect(fake.plays[0]?.acted.length).toBeLessThan(20);
  expect(unsent()).toBeLessThan(16 * MIB);
});

test('nor do those of many episodes of that client', async () => {
  await start();
  const wire = await open();
  const ids: string[] = [];
  for (let n = 0; n < 64; n += 1) ids.push(await wire.reset({ max_output_bytes: 4 * MIB }));
  wire.socket.pause();
  for (let n = 0; n < 6; n += 1) {
    for (const episode_id of ids) wire.request('episode/step', { episode_id, action: 'big 4000000' });
  }
  await begun();
  await others();
  expect(acted() - 100).toBeLessThan(40);
  expect(unsent()).toBeLessThan(80 * MIB);
});

test('what waited runs once the client reads, and all is answered in order', async () => {
  await start({ max_buffered_bytes: 65_536 });
  const wire = await open();
  const episode_id = await wire.reset();
  wire.socket.pause();
  for (let n = 0; n < 60; n += 1) wire.request('episode/step', { episode_id, action: 'big 1000000' });
  await begun();
  wire.socket.resume();
  for (let n = 1; n <= 60; n += 1) expect(await wire.answer()).toMatchObject({ result: { step: n } });
});

test('a waiting step of a client that disconnects is not run', async () => {
  await start({ max_buffered_bytes: 65_536, grace_ms: 60_000 });
  const wire = await open();
  const episode_id = await wire.reset();
  wire.socket.pause();
  for (let n = 0; n < 60; n += 1) wire.request('episode/step', { episode_id, action: 'big 1000000' });
  await begun();
  // Some steps run until the buffers of both ends are full.
  let before: number | undefined;
  do {
    before = fake.plays[0]?.acted.length;
    await others();
  } while (fake.plays[0]?.acted.length !== before);
  expect(before).toBeLessThan(30);
  const { clients } = server.app.fastify.websocketServer;
  const remaining = clients.size - 1;
  wire.socket.terminate();
  await expect.poll(() => clients.size).toBe(remaining);
  await others();
  expect(fake.plays[0]?.acted.length).toBe(before);
});

test('forty sockets that do not read use little memory together and delay no other client', async () => {
  // A page of a megabyte: what the sockets of this machine hold themselves is soon full.
  await start({}, 'x'.repeat(300_000));
  const request = { jsonrpc: '2.0', id: 1, method: 'tasks/list' };
  const list = JSON.stringify({ ...request, params: { environment: 'fake-v1', limit: 10_000 } });
  for (let n = 0; n < 40; n += 1) {
    const wire = await open();
    wire.socket.pause();
    for (let m = 0; m < 400; m += 1) wire.send(list);
  }
  await others();
  await expect.poll(unsent, { timeout: 30_000 }).toBeGreaterThan(10 * MIB);
  await others();
  expect(unsent()).toBeLessThan(72 * MIB);
});

test("OpenEnv's sockets run nothing for a client that does not read", async () => {
  await start();
  const wire = await open('/openenv/fake-v1/ws');
  await wire.ask('{"type":"reset","data":{"max_output_bytes":16777216}}');
  wire.socket.pause();
  for (let n = 0; n < 60; n += 1) wire.send('{"type":"step","data":{"code":"big 4000000"}}');
  await begun();
  await others();
  expect(fake.plays[0]?.acted.length).toBeLessThan(20);
  expect(unsent()).toBeLessThan(16 * MIB);
  wire.socket.resume();
  for (let n = 0; n < 60; n += 1) expect((await wire.text()).length).toBeGreaterThan(4_000_000);
});

test('where memory is short, sockets that take nothing are cut, those that read are not', async () => {
  await start({ max_answer_memory_bytes: 4 * MIB, max_buffered_bytes: 3 * MIB });
  const stuck: Promise<number>[] = [];
  for (let n = 0; n < 8; n += 1) {
    const wire = await open();
    const episode_id = await wire.reset({ max_output_bytes: 16 * MIB });
    wire.socket.pause();
    for (let m = 0; m < 20; m += 1) wire.request('episode/step', { episode_id, action: 'big 4000000' });
    stuck.push(wire.closed);
  }
  const reader = await open();
  const episode_id = await reader.reset({ max_output_bytes: 16 * MIB });
  await expect
    .poll(
      async () => {
        await reader.result('episode/step', { episode_id, action: 'big 1000000' });
        return unsent();
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBeLessThan(12 * MIB);
  expect(await reader.result('environments/list')).toHaveProperty('environments');
});
