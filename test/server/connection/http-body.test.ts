import { connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { readBody } from '../../../server/connection/http-body.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const MIB = 1_048_576;

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const bytes = (text: string) => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

test('reads a text in chunks that divide its characters', async () => {
  const text = 'naïve ☃ 𝔘'.repeat(1_000);
  expect(await readBody(Readable.from(bytes(text)), MIB)).toBe(text);
  expect(await readBody(Readable.from([]), MIB)).toBe('');
});

test('takes as much as the limit and no more', async () => {
  expect(await readBody(Readable.from(bytes('abc')), 3)).toBe('abc');
  await expect(readBody(Readable.from(bytes('abcd')), 3)).rejects.toMatchObject({ statusCode: 413 });
});

test('fails where the body does not come to its end', async () => {
  const stream = new PassThrough();
  const read = readBody(stream, MIB);
  stream.write('a');
  stream.destroy(new Error('aborted'));
  await expect(read).rejects.toMatchObject({ statusCode: 400, message: 'aborted' });
});

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Memory that the process holds more than before while a body comes in chunks of one byte. */
async function growth(path: string, chunks: number): Promise<number> {
  server ??= await startTestServer([new FakeEnvironment()]);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  const part = Buffer.from('1\r\na\r\n'.repeat(10_000));
  const before = used();
  for (let n = 0; n < chunks; n += 10_000) await new Promise((resolve) => socket.write(part, resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const after = used();
  socket.destroy();
  return after - before;
}

test.each(['/openenv/fake-v1/mcp', '/nowhere'])(
  'a body to %s in tiny chunks takes little memory',
  async (path) => {
    expect(await growth(path, 1_000_000)).toBeLessThan(40 * MIB);
  },
);

test('a body above the limit is refused with 413, known or not', async () => {
  server = await startTestServer([new FakeEnvironment()], { max_frame_bytes: 100_000 });
  const path = `${server.url}/openenv/fake-v1/reset`;
  const post = (body: NonNullable<RequestInit['body']>) =>
    fetch(path, { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect((await post(' '.repeat(200_000))).status).toBe(413);
  const chunked = new Blob([' '.repeat(200_000)]).stream();
  // The server closes the connection, so the answer may be lost while the rest of the body is sent.
  const ended = await post(chunked).then(
    ({ status }) => status,
    ({ cause }) => cause.code,
  );
  expect([413, 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']).toContain(ended);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test('what is posted to a path that is not there is answered with 404', async () => {
  server = await startTestServer([new FakeEnvironment()]);
  const headers = { 'content-type': 'application/json' };
  for (const path of ['/nowhere', '/healthz', '/v1']) {
    expect((await fetch(`${server.url}${path}`, { method: 'POST', body: '{"a":1}', headers })).status).toBe(
      404,
    );
  }
});
