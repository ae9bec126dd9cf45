import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const IDLE_MS = 60_000;

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake, new FakeEnvironment('other-v1', 5)], {
    max_episodes: 1,
    session_idle_ms: IDLE_MS,
  });
});

afterEach(async () => {
  await server.close();
  vi.useRealTimers();
});

function ask(path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
  const sent = { ...headers, 'content-type': 'application/json' };
  if (body === undefined) return fetch(`${server.url}/ors${path}`, { headers: sent });
  return fetch(`${server.url}/ors${path}`, { method: 'POST', body: JSON.stringify(body), headers: sent });
}

async function create(sid: string, body: object = { split: 'built-in', index: 1 }): Promise<Response> {
  return ask('/create', body, { 'x-session-id': sid });
}

/** The events of a call: its id, and its result. */
async function call(sid: string, body: object) {
  const text = await (await ask('/fake-v1/call', body, { 'x-session-id': sid })).text();
  const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)];
  const id = events.find(([, event]) => event === 'task_id')?.[2];
  const json = events.flatMap(([, event, data]) => (event === 'chunk' || event === 'end' ? [data] : []));
  const error = events.find(([, event]) => event === 'error')?.[2];
  return { id, error, result: json.length === 0 ? undefined : JSON.parse(json.join('')) };
}

describe('a session', () => {
  it('plays an episode by tools, and ends once', async () => {
    const created = await (await ask('/create_session', {})).text();
    expect(created).toMatch(/^event: task_id\ndata: \S+\n\nevent: end\n/);
    expect(await (await create('s')).json()).toEqual({ sid: 's' });
    expect((await create('s')).status).toBe(400);
    const prompt = await (await ask('/fake-v1/prompt', undefined, { 'x-session-id': 's' })).json();
    expect(prompt).toEqual([{ text: 'Print gold (1).', detail: null, type: 'text' }]);
    expect(
      (await call('s', { name: 'run', input: { code: 'echo gold', stdin: null } })).result,
    ).toMatchObject({
      ok: true,
      output: {
        blocks: [{ text: 'gold\n' }],
        reward: null,
        finished: false,
        metadata: { exit_code: 0, step: 1 },
      },
    });
    expect((await call('s', { name: 'submit', input: {} })).result).toMatchObject({
      output: { reward: 1, finished: true, metadata: { terminated: true } },
    });
    expect((await call('s', { name: 'run', input: { code: 'echo a' } })).result).toMatchObject({
      ok: false,
      reason: 'episode_finished',
    });
    expect((await ask('/ping', {}, { 'x-session-id': 's' })).status).toBe(200);
    await ask('/delete', {}, { 'x-session-id': 's' });
    expect((await ask('/ping', {}, { 'x-session-id': 's' })).status).toBe(404);
    expect(fake.plays.map(({ released }) => released)).toEqual([1]);
  });

  it('makes a call once, and gives its result again by its id', async () => {
    await create('s');
    const { id, result } = await call('s', { name: 'run', input: { code: 'echo a' } });
    expect((await call('s', { name: 'run', input: { code: 'echo a' }, task_id: id })).result).toEqual(result);
    expect(fake.plays[0]?.acted).toEqual(['echo a']);
    const unknown = await call('s', { name: 'run', input: { code: 'echo a' }, task_id: 'none' });
    expect(unknown.error).toBe('unknown task_id');
  });

  it('holds the memory of a large result until it is delivered, and then forgets it', async () => {
    const large = await startTestServer([new FakeEnvironment()], { max_output_bytes: 1_048_576 });
    const post = (path: string, body: object) =>
      fetch(`${large.url}/ors${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'x-session-id': 's', 'content-type': 'application/json' },
      });
    await post('/create', { split: 'built-in', index: 1 });
    const run = { name: 'run', input: { code: 'big 100000' } };
    const text = await (await post('/fake-v1/call', run)).text();
    expect(text.length).toBeGreaterThan(100_000);
    const [, id] = /^event: task_id\ndata: (.*)$/m.exec(text) ?? [];
    await expect
      .poll(async () => (await post('/fake-v1/call', { ...run, task_id: id })).text())
      .toContain('unknown task_id');
    await large.close();
  });

  it('is not idle while a call runs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await create('s');
    const waiting = call('s', { name: 'run', input: { code: 'wait go' } });
    await fake.reached('go');
    vi.advanceTimersByTime(2 * IDLE_MS);
    fake.open('go');
    expect((await waiting).result).toMatchObject({ ok: true });
    expect((await ask('/ping', {}, { 'x-session-id': 's' })).status).toBe(200);
    vi.advanceTimersByTime(2 * IDLE_MS);
    expect((await ask('/ping', {}, { 'x-session-id': 's' })).status).toBe(404);
  });

  it.each([
    [{ name: 'fly', input: {} }, 'not_found'],
    [{ name: 'reset', input: {} }, 'not_found'],
    [{ name: 'run', input: { cod: 'ls' } }, 'input_validation'],
  ])('refuses %j as %s', async (body, reason) => {
    await create('s');
    expect((await call('s', body)).result).toMatchObject({ ok: false, reason });
  });

  it('tells a failure in its metadata, without a reward', async () => {
    await create('s');
    await ask('/prompt', undefined, { 'x-session-id': 's' });
    fake.failAct = new SandboxError('died', 'The sandbox died.');
    expect((await call('s', { name: 'run', input: { code: 'ls' } })).result).toMatchObject({
      ok: true,
      output: {
        reward: null,
        finished: true,
        metadata: {
          mask_sample: true,
          failure: { class: 'sandbox', code: 'sandbox_died', retryable: true, mask_sample: true },
        },
      },
    });
  });

  it('that finds no room begins once there is some', async () => {
    await create('first');
    await ask('/prompt', undefined, { 'x-session-id': 'first' });
    await create('second');
    const early = await ask('/prompt', undefined, { 'x-session-id': 'second' });
    expect(early.status).toBe(503);
    expect(early.headers.get('x-backend-state')).toBe('starting');
    expect(early.headers.get('retry-after')).toBe('2');
    await ask('/delete', {}, { 'x-session-id': 'first' });
    expect((await ask('/prompt', undefined, { 'x-session-id': 'second' })).status).toBe(200);
  });

  it('whose reset fails says so with the failure', async () => {
    fake.failReset = new SandboxError('start_failed', 'No sandbox starts.');
    await create('s');
    const answer = await ask('/prompt', undefined, { 'x-session-id': 's' });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      failure: { code: 'sandbox_unavailable', mask_sample: true },
    });
  });

  it('deleted during its reset leaves nothing behind', async () => {
    fake.failReset = 'gate';
    await create('s');
    await fake.reached('gate');
    await ask('/delete', {}, { 'x-session-id': 's' });
    fake.open('gate');
    await expect.poll(() => server.app.registry.openCount).toBe(0);
    expect(fake.plays.every(({ released }) => released === 1)).toBe(true);
  });
});

describe('tasks', () => {
  it('are listed by split, which is a dataset; train is the default one', async () => {
    expect(await (await ask('/list_environments')).json()).toEqual(['fake-v1', 'other-v1']);
    expect(await (await ask('/fake-v1/splits')).json()).toEqual([{ name: 'built-in', type: 'validation' }]);
    expect(await (await ask('/other-v1/num_tasks', { split: 'built-in' })).json()).toEqual({ num_tasks: 5 });
    const task = {
      id: 'task-2',
      index: 2,
      dataset: 'built-in',
      instruction: 'Print gold (2).',
      tags: ['fake'],
    };
    expect(await (await ask('/task', { split: 'train', index: 2 })).json()).toEqual({
      task,
      env_name: 'fake-v1',
    });
    const range = await ask('/task_range', { split: 'built-in', start: 2, stop: 9 });
    expect(await range.json()).toEqual({ tasks: [task], env_name: 'fake-v1' });
    expect((await ask('/task', { split: 'built-in', index: 3 })).status).toBe(400);
    expect((await ask('/tasks', { split: 'none' })).status).toBe(400);
  });

  it('without an environment are those of X-Deployment, else of the first', async () => {
    const count = async (deployment: string) =>
      (await ask('/num_tasks', { split: 'built-in' }, { 'x-deployment': deployment })).json();
    expect(await count('me/other-v1')).toEqual({ num_tasks: 5 });
    expect(await count('env')).toEqual({ num_tasks: 3 });
    expect((await ask('/num_tasks', { split: 'built-in' })).status).toBe(200);
  });

  it('of an unknown environment are refused, and so are calls of another environment than the session’s', async () => {
    const headers = { 'x-session-id': 's', 'x-deployment': 'me/sqll-v1' };
    for (const path of ['/num_tasks', '/create']) {
      const answer = await ask(path, { split: 'built-in', index: 0 }, headers);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('sqll-v1') });
    }
    expect((await create('s', { env_name: 'sqll-v1', split: 'built-in', index: 0 })).status).toBe(404);
    await create('s');
    const run = { name: 'run', input: { code: 'echo a' } };
    expect((await ask('/other-v1/call', run, headers)).status).toBe(400);
    expect((await ask('/other-v1/prompt', undefined, headers)).status).toBe(400);
    expect((await ask('/prompt', undefined, headers)).status).toBe(200);
    expect(fake.plays[0]?.acted).toEqual([]);
  });

  it('begin by their spec, which may have options of a reset', async () => {
    const listed = await (await ask('/task', { split: 'built-in', index: 2 })).json();
    const { task } = listed as { readonly task: object };
    expect((await create('s', { task_spec: { ...task, max_turns: 1 } })).status).toBe(200);
    expect((await call('s', { name: 'run', input: { code: 'echo gold' } })).result.output).toMatchObject({
      reward: 1,
      finished: true,
    });
    const wrong = await create('t', { task_spec: { ...task, max_turn: 1 } });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ detail: expect.stringContaining('did you mean max_turns?') });
    expect((await create('t', { task_spec: { id: 'none' } })).status).toBe(400);
    expect((await create('t', {})).status).toBe(422);
  });
});

it('is at the root, too, and takes the token as X-API-Key', async () => {
  const locked = await startTestServer([fake], { token: 'a-secret-token' });
  const tools = (headers = {}) => fetch(`${locked.url}/fake-v1/tools`, { headers });
  expect((await tools()).status).toBe(401);
  expect((await tools({ 'x-api-key': 'wrong-token' })).status).toBe(401);
  expect(await (await tools({ 'x-api-key': 'a-secret-token' })).json()).toMatchObject({
    tools: [{ name: 'run' }, { name: 'files' }, { name: 'submit' }],
  });
  await locked.close();
});
