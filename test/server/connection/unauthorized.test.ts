import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const TOKEN = 'a-secret-token';
const LIMIT = 65_536;

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer([new FakeEnvironment()], { token: TOKEN });
});

afterEach(() => server.close());

const open = (): Promise<Wire> => Wire.connect(`${server.url}/v1`);

function initialize(params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
}

test('nothing of a request is validated before the token', async () => {
  const wire = await open();
  const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 1]));
  const answer = await wire.ask(initialize({ ...unknown, protocol_version: 'none', token: 'wrong-token' }));
  expect(JSON.parse(answer)).toMatchObject({ error: { code: -32001, data: { name: 'unauthorized' } } });
  expect(answer.length).toBeLessThan(1_000);
  expect(await wire.closed).toBe(1008);
});

test('with the token the params are validated, and 20 issues are reported', async () => {
  const wire = await open();
  const unknown = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, 1]));
  const error = await wire.error('initialize', { ...unknown, protocol_version: 'none', token: TOKEN });
  expect(error.data.name).toBe('invalid_params');
  expect(error.data.issues).toHaveLength(20);
  expect(await wire.result('initialize', { protocol_version: 1 })).toMatchObject({ protocol_version: 1 });
  wire.socket.close();
});

test('a batch has one guess at the token, too', async () => {
  const wire = await open();
  const guess = (id: number, token: string) => ({
    jsonrpc: '2.0',
    id,
    method: 'initialize',
    params: { protocol_version: 1, token },
  });
  wire.send([
    guess(1, 'wrong-token'),
    guess(2, TOKEN),
    { jsonrpc: '2.0', id: 3, method: 'environments/list' },
  ]);
  const answers: { error?: { code: number } }[] = JSON.parse(await wire.text());
  expect(answers.map(({ error }) => error?.code)).toEqual([-32001, -32001, -32001]);
  expect(await wire.closed).toBe(1008);
});

test('a frame above 64 KiB is taken only once the token was shown', async () => {
  const padding = 'x'.repeat(LIMIT);
  const early = await open();
  early.send(initialize({ protocol_version: 1, token: TOKEN, padding }));
  expect(await early.closed).toBe(1009);
  const late = await open();
  await late.result('initialize', { protocol_version: 1, token: TOKEN });
  const episode_id = await late.reset();
  expect(
    await late.result('episode/step', { episode_id, action: { code: `echo ${padding}` } }),
  ).toMatchObject({ observation: { output: `${padding}\n` } });
  late.socket.close();
  const byHeader = await Wire.connect(`${server.url}/v1`, { authorization: `Bearer ${TOKEN}` });
  expect(await byHeader.error('episode/teleport', { padding })).toMatchObject({ code: -32601 });
  byHeader.socket.close();
});

/** A handshake at /v1 over a bare TCP connection. */
async function handshake() {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  const key = randomBytes(16).toString('base64');
  const upgraded = new Promise((resolve) => socket.once('data', resolve));
  socket.write(
    `GET /v1 HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await upgraded;
  return { socket, closed };
}

test('a frame that announces more is cut before it is whole, and not kept in memory', async () => {
  const { socket, closed } = await handshake();
  const header = Buffer.from([0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0xf0, 0, 0, 0, 0, 0, 0]);
  socket.write(header);
  let sent = 0;
  const feed = setInterval(() => {
    if (!socket.destroyed && socket.writableLength < LIMIT) sent += LIMIT;
    if (!socket.destroyed && socket.writableLength < LIMIT) socket.write(Buffer.alloc(LIMIT));
  }, 1);
  await closed;
  clearInterval(feed);
  expect(sent).toBeLessThan(15 * 1_048_576);
});

test('so is one whose fragments add up to more', async () => {
  const { socket, closed } = await handshake();
  const fragment = (first: boolean) =>
    Buffer.concat([
      Buffer.from([first ? 0x01 : 0x00, 0x80 | 126, 0x40, 0x00, 0, 0, 0, 0]),
      Buffer.alloc(0x4000, 0x20),
    ]);
  for (let n = 0; n < 20; n += 1) socket.write(fragment(n === 0));
  await closed;
});

/** A frame of a fragmented message, masked with zeros. */
function part(opcode: number, payload: Buffer, fin = false): Buffer {
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | opcode, 0x80 | payload.length, 0, 0, 0, 0]),
    payload,
  ]);
}

describe('of a connection that has time', () => {
  beforeEach(async () => {
    await server.close();
    server = await startTestServer([new FakeEnvironment()], { token: TOKEN, connect_timeout_ms: 60_000 });
  });

  test('a message of many small fragments is cut before it is whole', async () => {
    const { socket, closed } = await handshake();
    socket.resume();
    const blank = Buffer.from(' ');
    socket.write(part(0x01, blank));
    for (let n = 0; n < 2_000; n += 1) socket.write(part(0x00, blank));
    await closed;
  });

  test('so is one whose fragments come between pings', async () => {
    const { socket, closed } = await handshake();
    socket.resume();
    const pings = Buffer.concat(Array.from({ length: 60 }, () => part(0x09, Buffer.alloc(125), true)));
    for (let n = 0; n < 40 && !socket.destroyed; n += 1) {
      socket.write(Buffer.concat([part(n === 0 ? 0x01 : 0x00, Buffer.from(' ')), pings]));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await closed;
  });

  test('so is one that comes byte by byte', async () => {
    const { socket, closed } = await handshake();
    socket.resume();
    socket.setNoDelay(true);
    socket.write(Buffer.from([0x81, 0x80 | 126, 0xf0, 0x00, 0, 0, 0, 0]));
    for (let sent = 0; sent < 5_000 && !socket.destroyed; sent += 1) {
      socket.write(' ');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
  });
});

test('a body without the token is not read', async () => {
  const body = 'x'.repeat(4_000_000);
  const path = `${server.url}/openenv/fake-v1/reset`;
  const answer = await fetch(path, { method: 'POST', body }).catch(() => null);
  if (answer !== null) expect([answer.status, answer.headers.get('connection')]).toEqual([401, 'close']);
  expect(await (await fetch(`${server.url}/openenv/fake-v1/state`)).status).toBe(401);
});

test('a socket that never sends the token is closed after a while, one that sends it stays open', async () => {
  await server.close();
  server = await startTestServer([new FakeEnvironment()], { token: TOKEN, connect_timeout_ms: 200 });
  const [mute, polite] = [await open(), await open()];
  await polite.result('initialize', { protocol_version: 1, token: TOKEN });
  expect(await mute.closed).toBe(1008);
  expect(await polite.result('environments/list')).toHaveProperty('environments');
  polite.socket.close();
});

test('pings and pongs of a silent client count as no message', async () => {
  const wire = await open();
  const payload = Buffer.alloc(125);
  for (
    let sent = 0;
    sent < 3 * LIMIT && wire.socket.readyState === wire.socket.OPEN;
    sent += payload.length
  ) {
    const answered = new Promise((resolve) => wire.socket.once('pong', resolve));
    wire.socket.ping(payload);
    await Promise.race([answered, wire.closed]);
  }
  expect(wire.socket.readyState).toBe(wire.socket.OPEN);
  expect(await wire.result('initialize', { protocol_version: 1, token: TOKEN })).toHaveProperty('server');
  wire.socket.close();
});
