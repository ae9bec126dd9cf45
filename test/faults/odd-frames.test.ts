import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { atRest, type Footprint, nothingLeaks } from './leaks.ts';
import { statusOf } from './processes.ts';
import { Home, playsWell, Served, task, WELL } from './served.ts';

const MAX_FRAME = 1_048_576;
const MiB = 1024;

const OPCODES = { text: 1, binary: 2, close: 8, ping: 9 } as const;

interface FrameOptions {
  readonly opcode?: keyof typeof OPCODES | number;
  /** @default true */
  readonly masked?: boolean;
  /** Bits beside the opcode: 0x80 is the last frame of a message. @default 0x80 */
  readonly bits?: number;
  /** Length that the frame announces. @default the payload's */
  readonly length?: number;
}

/** One WebSocket frame as a client sends it, or as none may. */
function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = 'text', masked = true, bits = 0x80 } = options;
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(10);
  head[0] = bits | (typeof opcode === 'number' ? opcode : OPCODES[opcode]);
  head[1] = (masked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(BigInt(options.length ?? bytes.length), 2);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), bytes]);
}

/** A TCP connection that has become a WebSocket. */
async function upgraded(url: string): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.write(
    `GET /v1 HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** The status of the close frame that the server sends, or 1006 where it sends none. */
async function closeCode(socket: Socket): Promise<number> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  const bytes = Buffer.concat(chunks);
  return bytes[0] === 0x88 ? bytes.readUInt16BE(2) : 1006;
}

/** The first engine that is there: frames are read before any sandbox is asked. */
const engines = await engineCases();
const under = engines.find(({ missing }) => missing === null) ?? engines[0];
if (under === undefined) throw new Error('there are no engines');

describeUnless(under.missing, 'odd frames', () => {
  const home = new Home();
  let served: Served;
  let before: Footprint;

  beforeAll(async () => {
    served = await Served.start({ runtime: under.name, home, flags: [`--max-frame-bytes=${MAX_FRAME}`] });
    expect(await playsWell(served)).toBe(WELL);
    before = await atRest(served, 2);
  }, BUILD_MS);
  afterAll(async () => {
    await served?.stop();
    home.remove();
  });

  const request = (params: string, method = 'episode/step') =>
    `{"jsonrpc":"2.0","id":7,"method":"${method}","params":${params}}`;
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  it.each<[string, string, string, number | null]>([
    ['no JSON', '{"jsonrpc', 'parse_error', null],
    ['an empty frame', '', 'parse_error', null],
    ['JSON that is no object', '42', 'invalid_request', null],
    ['a lone surrogate as method', request('{}', '\\ud800'), 'method_not_found', 7],
    ["a method of every object's", request('{}', '__proto__'), 'method_not_found', 7],
    ['params that are a prototype', request('{"__proto__":{"episode_id":"x"}}'), 'invalid_params', 7],
    [
      'an id that is an object',
      '{"jsonrpc":"2.0","id":{},"method":"environments/list"}',
      'invalid_request',
      null,
    ],
    ['an empty batch', '[]', 'invalid_request', null],
    ['a batch of 1,025', `[${Array(1_025).fill('1').join(',')}]`, 'invalid_request', null],
    ['400,000 levels of nesting', deep(400_000), 'invalid_request', null],
    [
      'nested params',
      request(`{"episode_id":"e","action":{"code":"x","metadata":{"a":${deep(20_000)}}}}`),
      'invalid_request',
      7,
    ],
    [
      '60,000 unknown fields',
      request(`{${Array.from({ length: 60_000 }, (_, n) => `"k${n}":0`).join(',')}}`),
      'invalid_request',
      7,
    ],
    ['a number out of range', request('{"episode_id":"e","step":1e400,"action":"ls"}'), 'invalid_params', 7],
    ['an action of the wrong kind', request('{"episode_id":"e","action":[[]]}'), 'invalid_params', 7],
  ])('with %s are answered with a typed error, and the socket serves on', async (_, text, name, id) => {
    const wire = await served.connect();
    wire.send(text);
    const answer = await wire.text();
    expect(answer.length).toBeLessThan(65_536);
    expect(JSON.parse(answer)).toMatchObject({ jsonrpc: '2.0', error: { data: { name } } });
    expect([null, id]).toContain(JSON.parse(answer).id);
    expect(await wire.result('environments/list')).toHaveProperty('environments');
    wire.socket.close();
  });

  it('that are binary are told so, and the socket serves on', async () => {
    const wire = await served.connect();
    wire.socket.send(Buffer.from(request('{}', 'environments/list')));
    expect(await wire.answer()).toMatchObject({ error: { data: { name: 'parse_error' } } });
    expect(await wire.result('environments/list')).toHaveProperty('environments');
    wire.socket.close();
  });

  it.each<[string, Buffer, number]>([
    ['larger than allowed', frame(Buffer.alloc(MAX_FRAME + 1, 32)), 1009],
    ['of an announced size of 2^62 bytes', frame('', { length: 2 ** 62 }), 1009],
    ['without a mask', frame('{}', { masked: false }), 1002],
    ['with reserved bits', frame('{}', { bits: 0xf0 }), 1002],
    ['of an unknown kind', frame('{}', { opcode: 5 }), 1002],
    ['that go on with nothing', frame('{}', { opcode: 0 }), 1002],
    ['that are no UTF-8', frame(Buffer.from([0xff, 0xfe, 0xc0])), 1007],
    ['that close with a code that none may send', frame(Buffer.from([0, 1]), { opcode: 'close' }), 1002],
    ['whose ping is too long', frame(Buffer.alloc(200), { opcode: 'ping' }), 1002],
  ])('%s end their socket alone', async (_, bytes, code) => {
    const bystander = await served.connect();
    const episode_id = await bystander.reset(task('easy'));
    const socket = await upgraded(served.url);
    const closed = closeCode(socket);
    socket.write(bytes);
    expect(await closed).toBe(code);
    const { observation } = await bystander.result('episode/step', { episode_id, action: 'echo on' });
    expect(observation).toMatchObject({ output: 'on\n' });
    await bystander.result('episode/close', { episode_id });
    bystander.socket.close();
  });

  it('left nothing behind, and took little memory', async () => {
    expect(await playsWell(served)).toBe(WELL);
    await nothingLeaks(served, before);
    expect(statusOf(served.pid, 'VmHWM')).toBeLessThan(512 * MiB);
  });
});
