import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { RequestMemory, type Sender } from '../../../server/memory/request-memory.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const MIB = 1_048_576;

let fake: FakeEnvironment;
let server: TestServer | undefined;
const wires: Wire[] = [];

async function start(settings: Parameters<typeof startTestServer>[1] = {}): Promise<TestServer> {
  fake = new FakeEnvironment();
  server = await startTestServer([fake], settings);
  return server;
}

async function open(): Promise<Wire> {
  const wire = await Wire.connect(`${server?.url}/v1`);
  wires.push(wire);
  return wire;
}

afterEach(async () => {
  vi.useRealTimers();
  for (const wire of wires.splice(0)) wire.socket.terminate();
  await server?.close();
  server = undefined;
});

class FakeSender implements Sender {
  held = false;
  cuts = 0;
  hold(held: boolean): void {
    this.held = held;
  }
  cut(): void {
    this.cuts += 1;
  }
}

test('beyond the maximum large messages are held up, but for the first, and go on when there is room', () => {
  const memory = new RequestMemory({ maxBytes: 100 });
  const [first, second, third] = [new FakeSender(), new FakeSender(), new FakeSender()];
  for (const sender of [first, second, third]) {
    memory.change(60);
    memory.receiving(sender);
  }
  expect([first.held, second.held, third.held]).toEqual([false, true, true]);
  memory.change(-60);
  memory.received(first);
  expect([second.held, third.held]).toEqual([false, true]);
  memory.change(-60);
  memory.received(second);
  expect(third.held).toBe(false);
  memory.received(third);
  memory.change(-60);
  expect(memory.bytes).toBe(0);
});

test('the first one is cut when others wait for it and it does not come to its end', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let now = 0;
  const memory = new RequestMemory({ maxBytes: 100, now: () => now });
  const [first, second] = [new FakeSender(), new FakeSender()];
  memory.change(200);
  memory.receiving(first);
  now = 60_000;
  vi.advanceTimersByTime(60_000);
  // Nobody waits for it.
  expect(first.cuts).toBe(0);
  memory.receiving(second);
  vi.advanceTimersByTime(1_000);
  expect([first.cuts, second.cuts]).toEqual([1, 0]);
  memory.received(first);
  expect(second.held).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('room for a request of known length is given or refused, the first always has some', () => {
  const memory = new RequestMemory({ maxBytes: 100 });
  expect(memory.reserve(500)).toBe(true);
  expect(memory.reserve(1)).toBe(false);
  memory.change(-500);
  expect([memory.reserve(60), memory.reserve(60)]).toEqual([true, false]);
});

/** The text of a step whose action is so long. */
const longStep = (episode_id: string, length: number): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'episode/step',
    params: { episode_id, action: `echo ${'x'.repeat(length)}` },
  });

test('large messages of many sockets are all processed and do not delay small ones', async () => {
  await start({ max_request_memory_bytes: 2 * MIB, max_frame_bytes: 4 * MIB });
  const small = await open();
  const small_id = await small.reset();
  const senders = await Promise.all(Array.from({ length: 12 }, () => open()));
  const ids = await Promise.all(senders.map((wire) => wire.reset()));
  for (const [n, wire] of senders.entries()) wire.send(longStep(ids[n] ?? '', 1_500_000));
  for (let n = 0; n < 20; n += 1) {
    await small.result('episode/step', { episode_id: small_id, action: 'echo on' });
  }
  for (const wire of senders) {
    const { result } = JSON.parse(await wire.text());
    expect(result.observation.output).toHaveLength(1_500_001);
  }
});

test('a message of 16 MB in fragments of 64 KiB, 16 KiB, or between pings is served', async () => {
  await start();
  const wire = await open();
  const episode_id = await wire.reset();
  const text = Buffer.from(longStep(episode_id, 16_000_000));
  for (const size of [65_536, 16_384]) {
    for (let at = 0; at < text.length; at += size) {
      wire.socket.send(text.subarray(at, at + size), { binary: false, fin: at + size >= text.length });
      if (at % (16 * size) === 0) wire.socket.ping();
    }
    const { result } = JSON.parse(await wire.text());
    expect(result.observation.output.length).toBeGreaterThan(1_000_000);
  }
});

test('requests that wait for others of their client are read only as far as there is room', async () => {
  await start({ max_frame_bytes: 2 * MIB });
  const wire = await open();
  const episode_id = await wire.reset();
  wire.request('episode/step', { episode_id, action: 'wait go' });
  await fake.reached('go');
  for (let n = 0; n < 30; n += 1) wire.send(longStep(episode_id, 1_000_000));
  const other = await open();
  const other_id = await other.reset();
  for (let n = 0; n < 50; n += 1) {
    await other.result('episode/step', { episode_id: other_id, action: 'echo on' });
  }
  // What the server has not read waits in the client.
  expect(wire.socket.bufferedAmount).toBeGreaterThan(10 * MIB);
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ result: { step: 1 } });
  for (let n = 2; n <= 31; n += 1) expect(await wire.answer()).toMatchObject({ result: { step: n } });
});

test('an HTTP body that has no room is refused before it is read, and taken later', async () => {
  const { url } = await start({ max_request_memory_bytes: 1 * MIB, max_frame_bytes: 4 * MIB });
  const path = '/openenv/fake-v1/reset';
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{"seed":`);
  const post = () => fetch(`${url}${path}`, { method: 'POST', body: `{"seed":1${' '.repeat(200_000)}}` });
  await expect
    .poll(async () => {
      const answer = await post().catch(() => null);
      return answer === null ? null : [answer.status, answer.headers.get('retry-after')];
    })
    .toEqual([503, '1']);
  expect((await fetch(`${url}${path}`, { method: 'POST', body: '{"seed":1}' })).status).toBe(200);
  socket.destroy();
  await expect.poll(async () => (await post().catch(() => null))?.status).toBe(200);
});
