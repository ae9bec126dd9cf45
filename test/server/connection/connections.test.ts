import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Doorkeeper } from '../../../server/connection/doorkeeper.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let server: TestServer;

async function start(settings: Parameters<typeof startTestServer>[1] = {}): Promise<void> {
  server = await startTestServer([new FakeEnvironment()], settings);
}

afterEach(() => server?.close());

interface Caller {
  readonly socket: Socket;
  readonly closed: Promise<void>;
}

/** A TCP connection that says so much and no more. */
async function call(text = '', address = '127.0.0.1'): Promise<Caller> {
  const socket = connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    localAddress: address,
  });
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return { socket, closed };
}

/** Feeds a connection a byte at a time, for ever. */
function drip({ socket }: Caller, byte: string): void {
  const feed = setInterval(() => socket.write(byte), 20);
  socket.once('close', () => clearInterval(feed));
}

const POST = 'POST /openenv/fake-v1/reset HTTP/1.1\r\nHost: 127.0.0.1\r\n';

test('a connection that is mute, or does not come to the end of its headers, is closed after a while', async () => {
  await start({ connect_timeout_ms: 200 });
  const mute = [
    await call(),
    await call('GET /he'),
    await call('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n'),
  ];
  const dripping = await call('GET /healthz HTTP/1.1\r\nX-Slow: ');
  drip(dripping, 'x');
  await Promise.all([...mute, dripping].map(({ closed }) => closed));
});

test('so is one whose body does not come to its end', async () => {
  await start({ connect_timeout_ms: 200, request_timeout_ms: 300 });
  const dripping = await call(`${POST}Content-Length: 1000000\r\n\r\n`);
  drip(dripping, 'x');
  const chunked = await call(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
  drip(chunked, '1\r\nx\r\n');
  await Promise.all([dripping.closed, chunked.closed]);
});

const GET = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

test.each([{}, { token: 'a-secret-token' }])(
  'one that sends requests without end is closed, with %j',
  async (settings) => {
    await start(settings);
    let seen = 0;
    const path = settings.token === undefined ? GET : GET.replace('healthz', 'metrics');
    server.app.fastify.server.on('request', (request) => {
      if (!request.socket.destroyed) seen += 1;
    });
    const { closed } = await call(path.repeat(5_000));
    await closed;
    expect(seen).toBeLessThan(100);
  },
);

test('one that sends some requests at once, or many one after another, is served', async () => {
  await start();
  const { socket } = await call();
  let answers = 0;
  socket.on('data', (data) => {
    answers += data.toString().split('HTTP/1.1 200').length - 1;
  });
  for (let sent = 20; sent <= 1_000; sent += 20) {
    socket.write(GET.repeat(20));
    await expect.poll(() => answers, { interval: 1 }).toBe(sent);
  }
  socket.destroy();
});

test('a socket that has shown itself may be silent for longer', async () => {
  await start({ connect_timeout_ms: 100 });
  const wire = await Wire.connect(`${server.url}/v1`);
  const late = await call();
  await late.closed;
  await (await call()).closed;
  expect(await wire.result('environments/list')).toHaveProperty('environments');
  wire.socket.close();
});

test('where connections run out, a mute one makes room for a new one, a known one does not', async () => {
  await start({ max_connections: 5, connect_timeout_ms: 60_000 });
  const known = [await Wire.connect(`${server.url}/v1`), await Wire.connect(`${server.url}/v1`)];
  const mute = [await call(), await call(), await call()];
  const fourth = await Wire.connect(`${server.url}/v1`);
  await mute[0]?.closed;
  known.push(fourth);
  for (const wire of known) expect(await wire.result('environments/list')).toHaveProperty('environments');
  known.push(await Wire.connect(`${server.url}/v1`), await Wire.connect(`${server.url}/v1`));
  await Promise.all(mute.map(({ closed }) => closed));
  // All are known now: the new one has to go.
  await (await call()).closed;
  for (const wire of known) expect(await wire.result('environments/list')).toHaveProperty('environments');
  for (const wire of known) wire.socket.close();
});

test('one address has its own maximum', async () => {
  await start({ max_connections_per_address: 2, connect_timeout_ms: 60_000 });
  const elsewhere = await call('', '127.0.0.2');
  const mute = [await call(), await call()];
  const wire = await Wire.connect(`${server.url}/v1`);
  await mute[0]?.closed;
  expect([mute[1]?.socket.destroyed, elsewhere.socket.destroyed]).toEqual([false, false]);
  wire.socket.close();
  for (const { socket } of [...mute, elsewhere]) socket.destroy();
});

test('without the token every request of a connection is refused', async () => {
  await start({ max_connections: 2, connect_timeout_ms: 60_000, token: 'a-secret-token' });
  const stranger = await Wire.connect(`${server.url}/v1`);
  const client = await Wire.connect(`${server.url}/v1`);
  await client.result('initialize', { protocol_version: 1, token: 'a-secret-token' });
  const headers = { authorization: 'Bearer a-secret-token' };
  const third = await Wire.connect(`${server.url}/v1`, headers);
  await stranger.closed;
  expect(await client.result('environments/list')).toHaveProperty('environments');
  for (const wire of [client, third]) wire.socket.close();
});

test('a thousand sockets of one trainer have room by default', async () => {
  await start();
  const wires = await Promise.all(Array.from({ length: 1_024 }, () => Wire.connect(`${server.url}/v1`)));
  const mute = await Promise.all(Array.from({ length: 100 }, () => call()));
  for (const wire of wires) wire.request('environments/list');
  for (const wire of wires) expect(await wire.answer()).toHaveProperty('result');
  for (const wire of wires) wire.socket.terminate();
  for (const { socket } of mute) socket.destroy();
});

test('the doorkeeper forgets connections that have closed', async () => {
  await start();
  const doorkeeper = new Doorkeeper({ maxConnections: 2, maxPerAddress: 2 });
  for (let n = 0; n < 5; n += 1) {
    const { socket, closed } = await call();
    doorkeeper.open(socket);
    expect(doorkeeper.count).toBe(1);
    if (n % 2 === 0) doorkeeper.admit(socket);
    socket.destroy();
    await closed;
  }
  expect(doorkeeper.count).toBe(0);
});
