import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const IDLE_MS = 60_000;

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake], { session_idle_ms: IDLE_MS });
});

afterEach(async () => {
  await server.close();
  vi.useRealTimers();
});

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${server.url}/mcp/fake-v1`, {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body: text,
  });
}

/** The JSON-RPC message of an answer, from a stream or not. */
async function message(response: Response) {
  const text = await response.text();
  const [, data = text] = /^data: (.*)$/m.exec(text) ?? [];
  return JSON.parse(data);
}

async function initialize(): Promise<string> {
  const response = await post({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  });
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

async function call(session: string | null, name: string, args: unknown = {}) {
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
  const answer = await message(await post(body, session === null ? {} : { 'mcp-session-id': session }));
  return answer.result;
}

describe('a session', () => {
  it('stands for one episode; another reset ends it', async () => {
    const session = await initialize();
    await call(session, 'reset', { task: 0 });
    await call(session, 'reset', { task: 1 });
    expect((await call(session, 'run', { code: 'echo hi' })).structuredContent.output).toBe('hi\n');
    expect(fake.plays.map(({ released }) => released)).toEqual([1, 0]);
  });

  it('ends with its episode at DELETE, and is unknown afterwards', async () => {
    const session = await initialize();
    await call(session, 'reset');
    const url = `${server.url}/mcp/fake-v1`;
    const end = () => fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session } });
    expect((await end()).status).toBe(204);
    expect(fake.plays[0]?.released).toBe(1);
    expect((await end()).status).toBe(404);
    const after = await post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, { 'mcp-session-id': session });
    expect(after.status).toBe(404);
  });

  it('does not see the episode of another one', async () => {
    const [first, second] = [await initialize(), await initialize()];
    await call(first, 'reset');
    expect(await call(second, 'run', { code: 'echo hi' })).toMatchObject({
      isError: true,
      structuredContent: { error: { name: 'episode_not_found' } },
    });
  });
});

describe('a client without a session', () => {
  it('takes at most the episodes of one connection, and not all slots of the server', async () => {
    const narrow = await startTestServer([fake], { max_episodes: 4, max_episodes_per_connection: 2 });
    const reset = async (args: object = {}) => {
      const response = await fetch(`${narrow.url}/mcp/fake-v1`, {
        method: 'POST',
        headers: HEADERS,
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'reset', arguments: args },
        }),
      });
      return (await message(response)).result;
    };
    const { episode } = (await reset()).structuredContent;
    await reset();
    expect(await reset()).toMatchObject({
      isError: true,
      structuredContent: { error: { name: 'capacity' }, failure: { class: 'capacity', mask_sample: true } },
    });
    expect(narrow.app.registry.openCount).toBe(2);
    expect((await reset({ episode })).isError).toBeUndefined();
    await narrow.close();
  });

  it('names its episode, and may end it with the next reset', async () => {
    const { episode } = (await call(null, 'reset')).structuredContent;
    expect((await call(null, 'run', { episode, code: 'echo hi' })).structuredContent.output).toBe('hi\n');
    expect(await call(null, 'run', { code: 'echo hi' })).toMatchObject({ isError: true });
    expect((await call(null, 'reset', { episode })).structuredContent.episode).not.toBe(episode);
    expect(fake.plays.map(({ released }) => released)).toEqual([1, 0]);
  });
});

it('closes an episode that is left alone, but not one whose step runs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const session = await initialize();
  await call(session, 'reset');
  const waiting = call(session, 'run', { code: 'wait go' });
  await fake.reached('go');
  vi.advanceTimersByTime(2 * IDLE_MS);
  fake.open('go');
  expect((await waiting).isError).toBeUndefined();
  expect(fake.plays[0]?.released).toBe(0);
  vi.advanceTimersByTime(IDLE_MS);
  expect(await call(session, 'run', { code: 'echo hi' })).toMatchObject({
    isError: true,
    structuredContent: { error: { name: 'episode_not_found' } },
  });
  expect(fake.plays[0]?.released).toBe(1);
});

it('tells a failure with its class and code, without a reward', async () => {
  const session = await initialize();
  await call(session, 'reset');
  fake.failAct = new SandboxError('died', 'The sandbox died.', { actionMayHaveRun: true });
  expect(await call(session, 'run', { code: 'echo hi' })).toMatchObject({
    isError: true,
    structuredContent: {
      reward: null,
      truncated: true,
      failure: { class: 'sandbox', code: 'sandbox_died', retryable: true, mask_sample: true },
    },
  });
  fake.failReset = new SandboxError('start_failed', 'No sandbox starts.');
  expect(await call(session, 'reset')).toMatchObject({
    isError: true,
    structuredContent: { failure: { class: 'sandbox', code: 'sandbox_unavailable', mask_sample: true } },
  });
});

it('refuses requests that it cannot read', async () => {
  expect((await post('{')).status).toBe(400);
  expect(await message(await post('{'))).toMatchObject({ error: { code: -32_700 } });
  expect((await post('['.repeat(100) + ']'.repeat(100))).status).toBe(400);
  expect((await fetch(`${server.url}/mcp/fake-v1`, { headers: HEADERS })).status).toBe(405);
  expect((await post({}, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await fetch(`${server.url}/mcp/other-v1`, { method: 'POST', headers: HEADERS })).status).toBe(404);
});

it('lists no files where the session has none', async () => {
  const other = new FakeEnvironment('rows-v1');
  Object.assign(other, { language: 'other' });
  const rows = await startTestServer([other]);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const listed = await fetch(`${rows.url}/mcp/rows-v1`, { method: 'POST', headers: HEADERS, body });
  const names = (await message(listed)).result.tools.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['reset', 'run', 'evaluate', 'submit']);
  await rows.close();
});

it('makes its tools once, and not for each request', async () => {
  const other = new FakeEnvironment('other-v1');
  const { options } = other;
  let made = 0;
  Object.defineProperty(other, 'options', {
    get: () => {
      made += 1;
      return options;
    },
  });
  const counted = await startTestServer([other]);
  const before = made;
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const listed = await fetch(`${counted.url}/mcp/other-v1`, { method: 'POST', headers: HEADERS, body });
  expect((await message(listed)).result.tools).toHaveLength(5);
  expect(made).toBe(before);
  await counted.close();
});

it('wants the token', async () => {
  const locked = await startTestServer([fake], { token: 'a-secret-token' });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const ask = (headers = {}) =>
    fetch(`${locked.url}/mcp/fake-v1`, { method: 'POST', headers: { ...HEADERS, ...headers }, body });
  expect((await ask()).status).toBe(401);
  expect((await ask({ authorization: 'Bearer a-secret-token' })).status).toBe(200);
  expect(
    (await ask({ authorization: 'Bearer a-secret-token', origin: 'https://elsewhere.test' })).status,
  ).toBe(403);
  await locked.close();
});

it('is where the README says', async () => {
  const readme = readFileSync(new URL('../../../server/mcp/README.md', import.meta.url), 'utf8');
  const [, snippet = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
  const { url, headers } = JSON.parse(snippet).mcpServers.bash;
  const bash = await startTestServer([new FakeEnvironment('bash-v1')], { token: 'a-secret-token' });
  const response = await fetch(new URL(new URL(url).pathname, bash.url), {
    method: 'POST',
    headers: { ...HEADERS, Authorization: headers.Authorization.replace('<token>', 'a-secret-token') },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  expect((await message(response)).result.tools).toHaveLength(5);
  await bash.close();
});
