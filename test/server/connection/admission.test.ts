import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const TOKEN = 'correct-horse';

let server: TestServer;

describe('without a token', () => {
  beforeEach(async () => {
    server = await startTestServer([new FakeEnvironment()], { allowed_origins: ['https://lab.example'] });
  });
  afterEach(() => server.close());

  test.each(['https://evil.example', 'http://127.0.0.1:1', 'null'])(
    'a page of %s is refused',
    async (origin) => {
      await expect(Wire.connect(`${server.url}/v1`, { origin })).rejects.toThrow('403');
      const answer = await fetch(`${server.url}/openenv/fake-v1/reset`, {
        method: 'POST',
        headers: { origin },
      });
      expect(answer.status).toBe(403);
    },
  );

  test('the server itself and allowed origins may connect', async () => {
    for (const origin of [server.url, 'https://lab.example']) {
      const wire = await Wire.connect(`${server.url}/v1`, { origin });
      wire.socket.close();
      await wire.closed;
    }
  });

  test('a name that was rebound to loopback is refused', async () => {
    const host = `evil.example:${new URL(server.url).port}`;
    await expect(Wire.connect(`${server.url}/v1`, { host, origin: `http://${host}` })).rejects.toThrow('403');
    await expect(Wire.connect(`${server.url}/v1`, { host })).rejects.toThrow('403');
  });
});

describe('with a token', () => {
  beforeEach(async () => {
    server = await startTestServer([new FakeEnvironment()], { token: TOKEN });
  });
  afterEach(() => server.close());

  test('a header opens the native socket', async () => {
    const wire = await Wire.connect(`${server.url}/v1`, { authorization: `Bearer ${TOKEN}` });
    expect(await wire.result('environments/list')).toHaveProperty('environments');
    wire.socket.close();
  });

  test('initialize opens it too, nothing else does', async () => {
    const wire = await Wire.connect(`${server.url}/v1`);
    expect(await wire.error('environments/list')).toMatchObject({
      code: -32001,
      data: { name: 'unauthorized' },
    });
    await wire.result('initialize', { protocol_version: 1, token: TOKEN });
    expect(await wire.result('environments/list')).toHaveProperty('environments');
    wire.socket.close();
  });

  test('a wrong token is answered with an error and closes the socket', async () => {
    const wire = await Wire.connect(`${server.url}/v1`);
    expect(await wire.error('initialize', { protocol_version: 1, token: 'wrong' })).toMatchObject({
      data: { name: 'unauthorized' },
    });
    expect(await wire.closed).toBe(1008);
  });

  test('other routes want the header; Basic carries the token for clients that only take a URL', async () => {
    const status = async (path: string, authorization?: string) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      return (await fetch(`${server.url}${path}`, { headers })).status;
    };
    expect(await status('/healthz')).toBe(200);
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', 'Bearer wrong')).toBe(401);
    expect(await status('/metrics', `Bearer ${TOKEN}`)).toBe(200);
    expect(await status('/openenv/fake-v1/health')).toBe(401);
    const basic = `Basic ${Buffer.from(`any:${TOKEN}`).toString('base64')}`;
    expect(await status('/openenv/fake-v1/health', basic)).toBe(200);
    await expect(Wire.connect(`${server.url}/openenv/fake-v1/ws`)).rejects.toThrow('401');
  });
});
