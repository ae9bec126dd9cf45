import { afterEach, expect, test } from 'vitest';
import type { PageFiles } from '../../../server/page/routes.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const FILES: PageFiles = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html>') }],
  ['/page/app-1.js', { type: 'text/javascript; charset=utf-8', body: Buffer.from('1') }],
]);

let server: TestServer | undefined;
afterEach(() => server?.close());

async function start(settings = {}, page: (() => Promise<PageFiles>) | undefined = async () => FILES) {
  server = await startTestServer([new FakeEnvironment()], settings, { page });
  const { url } = server;
  return (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
}

test('the page is served without the token, as it holds no secret; nothing else is', async () => {
  const get = await start({ token: 'a-secret' });
  expect(await (await get('/')).text()).toBe('<!doctype html>');
  expect((await get('/page/app-1.js')).headers.get('content-type')).toContain('text/javascript');
  expect((await get('/metrics')).status).toBe(401);
  expect((await get('/page/../metrics')).status).toBe(401);
  expect((await get('/page/none.js')).status).toBe(404);
});

test('no page of another origin, and none under another host name, gets it', async () => {
  const get = await start();
  expect((await get('/', { headers: { origin: 'https://elsewhere.example' } })).status).toBe(403);
});

test('every answer has the security policy: scripts only from files of this server, and no frame around it', async () => {
  const get = await start();
  for (const path of ['/', '/page/app-1.js', '/page/none.js']) {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('a page that cannot be built says why, and is tried again', async () => {
  let built = false;
  const get = await start({}, async () => {
    if (!built) throw new Error('Vite is not installed');
    return FILES;
  });
  const refused = await get('/');
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain('Vite is not installed');
  built = true;
  expect((await get('/')).status).toBe(200);
});

test('a server without a page has none', async () => {
  server = await startTestServer([new FakeEnvironment()]);
  expect((await fetch(`${server.url}/`)).status).toBe(404);
});
