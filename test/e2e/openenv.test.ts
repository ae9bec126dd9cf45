import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SandboxError } from '../../docker/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../server/test-server.ts';

// What is written here as text is OpenEnv's wire format, letter by letter; it must not follow the code.

let fake: FakeEnvironment;
let server: TestServer;
let wire: Wire;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake], { max_episodes: 2, pool_max: 4 });
  wire = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
});

afterEach(async () => {
  wire.socket.close();
  await server.close();
});

test('a plain WebSocket plays an episode', async () => {
  expect(await wire.ask('{"type":"reset","data":{"seed":1,"episode_id":"x","task":1}}')).toBe(
    '{"type":"observation","data":{"observation":{"output":"Print gold (1).","metadata":{"task_id":"task-1","dataset":"built-in","seed":1}},"reward":null,"done":false,"metadata":{"task_id":"task-1","dataset":"built-in","seed":1}}}',
  );
  expect(await wire.ask('{"type":"step","data":{"code":"echo gold"}}')).toBe(
    '{"type":"observation","data":{"observation":{"output":"gold\\n","exit_code":0},"reward":null,"done":false}}',
  );
  expect(await wire.ask('{"type":"state"}')).toBe(
    '{"type":"state","data":{"episode_id":"x","step_count":1,"task_id":"task-1","dataset":"built-in","seed":1,"success":null,"failure":null}}',
  );
  const submitted = JSON.parse(await wire.ask('{"type":"step","data":{"submit":true,"metadata":{"a":1}}}'));
  expect(Object.keys(submitted.data)).toEqual(['observation', 'reward', 'done', 'metadata']);
  expect(submitted).toMatchObject({
    type: 'observation',
    data: {
      observation: { output: '' },
      reward: 1,
      done: true,
      metadata: {
        task_id: 'task-1',
        dataset: 'built-in',
        seed: 1,
        terminated: true,
        truncated: false,
        success: true,
        reward_components: { match: 1 },
      },
    },
  });
  expect(fake.plays[0]?.released).toBe(1);
  wire.send('{"type":"close"}');
  expect(await wire.closed).toBe(1000);
});

test('one socket plays one episode after the other, and reset.data may be missing', async () => {
  for (let i = 0; i < 3; i += 1) {
    expect(await wire.ask('{"type":"reset"}')).toContain('"reward":null,"done":false,');
    await wire.ask('{"type":"step","data":{"code":"echo hi"}}');
  }
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 1, 0]);
});

test('null is how Python sends an option that is not set', async () => {
  expect(await wire.ask('{"type":"reset","data":{"seed":null,"episode_id":null,"task":0}}')).toContain('(0)');
});

test('answers come in order, however long one takes, and no others', async () => {
  wire.send('{"type":"reset","data":{"task":0}}');
  wire.send('{"type":"step","data":{"code":"wait go"}}');
  wire.send('{"type":"state"}');
  wire.send('{"type":"nonsense"}');
  wire.send('{"type":"step","data":{"code":"echo after"}}');
  await fake.reached('go');
  fake.open('go');
  const types = [];
  for (let i = 0; i < 5; i += 1) types.push(JSON.parse(await wire.text()).type);
  expect(types).toEqual(['observation', 'observation', 'state', 'error', 'observation']);
});

test.each([
  ['{"type":"teleport"}', '{"message":"Unknown message type: teleport","code":"UNKNOWN_TYPE"}'],
  ['{}', '{"message":"Unknown message type: ","code":"UNKNOWN_TYPE"}'],
  [
    '{"type":"state","extra":1}',
    '{"message":"Invalid message: extra: Extra inputs are not permitted","code":"VALIDATION_ERROR","errors":[{"type":"extra_forbidden","loc":["extra"],"msg":"Extra inputs are not permitted","input":1}]}',
  ],
  [
    '{"type":"step"}',
    '{"message":"Invalid message: data: Field required","code":"VALIDATION_ERROR","errors":[{"type":"missing","loc":["data"],"msg":"Field required","input":{"type":"step"}}]}',
  ],
  [
    '{"type":"step","data":5}',
    '{"message":"Invalid message: data: Input should be a valid dictionary","code":"VALIDATION_ERROR","errors":[{"type":"dict_type","loc":["data"],"msg":"Input should be a valid dictionary","input":5}]}',
  ],
  [
    '{"type":"step","data":{"code":5,"oops":true}}',
    '{"message":"Invalid message: code: Input should be a valid string","code":"VALIDATION_ERROR","errors":[{"type":"string_type","loc":["code"],"msg":"Input should be a valid string","input":5},{"type":"extra_forbidden","loc":["oops"],"msg":"Extra inputs are not permitted","input":true}]}',
  ],
  [
    '{"type":"step","data":{"submit":false}}',
    '{"message":"Invalid message: submit: Input should be True","code":"VALIDATION_ERROR","errors":[{"type":"literal_error","loc":["submit"],"msg":"Input should be True","input":false}]}',
  ],
  [
    '{"type":"step","data":{"code":"ls","timeout_ms":0}}',
    '{"message":"Invalid message: timeout_ms: Input should be greater than or equal to 1","code":"VALIDATION_ERROR","errors":[{"type":"greater_than_equal","loc":["timeout_ms"],"msg":"Input should be greater than or equal to 1","input":0}]}',
  ],
  [
    '{"type":"reset","data":{"reward":"never"}}',
    `{"message":"Invalid message: reward: Input should be 'on_end', 'on_submit' or 'every_step'","code":"VALIDATION_ERROR","errors":[{"type":"literal_error","loc":["reward"],"msg":"Input should be 'on_end', 'on_submit' or 'every_step'","input":"never"}]}`,
  ],
  [
    '{"type":"step","data":{"code":"ls"}}',
    '{"message":"No episode has begun on this connection: reset first. A new connection has no episode of an earlier one.","code":"EXECUTION_ERROR"}',
  ],
  [
    '{"type":"reset","data":{"tsk":1}}',
    '{"message":"Invalid message: tsk: There is no such option of a reset; did you mean task?","code":"VALIDATION_ERROR","errors":[{"type":"extra_forbidden","loc":["tsk"],"msg":"There is no such option of a reset; did you mean task?","input":1}]}',
  ],
  [
    '{"type":"reset","data":{"task":1,"index":1}}',
    '{"message":"Invalid message: index: index is another name of task: send one of them","code":"VALIDATION_ERROR","errors":[{"type":"value_error","loc":["index"],"msg":"index is another name of task: send one of them","input":1}]}',
  ],
  ['{"type":"reset","data":{"task":99}}', '{"message":"There is no task 99.","code":"EXECUTION_ERROR"}'],
])('%s is refused, and the socket stays open', async (frame, data) => {
  expect(await wire.ask(frame)).toBe(`{"type":"error","data":${data}}`);
  expect(await wire.ask('{"type":"state"}')).toBe(
    '{"type":"state","data":{"episode_id":null,"step_count":0}}',
  );
});

test('what is no JSON is told so', async () => {
  const answer = JSON.parse(await wire.ask('{"type":'));
  expect(answer).toEqual({
    type: 'error',
    data: { message: expect.stringMatching(/^Invalid JSON: ./), code: 'INVALID_JSON' },
  });
});

test('a step after the end is an EXECUTION_ERROR, another reset goes on', async () => {
  await wire.ask('{"type":"reset"}');
  await wire.ask('{"type":"step","data":{"skip":true}}');
  expect(await wire.ask('{"type":"step","data":{"code":"ls"}}')).toBe(
    '{"type":"error","data":{"message":"The episode is over: reset to begin another.","code":"EXECUTION_ERROR"}}',
  );
  expect(await wire.ask('{"type":"reset"}')).toContain('"observation"');
});

test('a fault of the sandbox is an error, not a reward, and the next episode works', async () => {
  await wire.ask('{"type":"reset"}');
  fake.failAct = new SandboxError('died', 'The container is gone.');
  const answer = JSON.parse(await wire.ask('{"type":"step","data":{"code":"ls"}}'));
  const failure = { class: 'sandbox', code: 'sandbox_died', retryable: true, mask_sample: true };
  expect(answer).toMatchObject({ type: 'error', data: { code: 'EXECUTION_ERROR', failure } });
  expect(answer.data.message).toContain('sandbox_died');
  expect(JSON.parse(await wire.ask('{"type":"state"}')).data).toMatchObject({ success: null, failure });
  expect(fake.plays[0]?.released).toBe(1);
  expect(await wire.ask('{"type":"reset"}')).toContain('"observation"');
});

test.each([
  [new SandboxError('start_failed', 'No.'), { class: 'sandbox', code: 'sandbox_unavailable' }],
  [new TypeError('secret'), { class: 'server', code: 'internal_error' }],
])('a reset that meets %s tells its failure in metadata, over both routes', async (cause, kind) => {
  fake.failReset = cause;
  const failure = { ...kind, retryable: true, mask_sample: true };
  const answer = JSON.parse(await wire.ask('{"type":"reset"}'));
  expect(answer).toMatchObject({ type: 'error', data: { failure } });
  fake.failReset = cause;
  const post = await fetch(`${server.url}/openenv/fake-v1/reset`, { method: 'POST', body: '{}' });
  expect(post.status).toBe(500);
  if (cause instanceof SandboxError) expect(await post.json()).toMatchObject({ failure });
});

test('at capacity the first request is answered, then the socket closes', async () => {
  const others = [];
  for (let i = 0; i < 2; i += 1) {
    const other = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
    await other.ask('{"type":"reset"}');
    others.push(other);
  }
  const answer = JSON.parse(await wire.ask('{"type":"reset"}'));
  expect(answer.data).toMatchObject({ code: 'CAPACITY_REACHED', active_sessions: 2, max_sessions: 2 });
  expect(Object.keys(answer.data)).toEqual(['message', 'code', 'active_sessions', 'max_sessions', 'failure']);
  expect(await wire.closed).toBe(1000);
  for (const other of others) other.socket.close();
});

test('sockets may use the same episode id, and idle ones hold nothing', async () => {
  const other = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
  await other.ask('{"type":"reset","data":{"episode_id":"same"}}');
  await wire.ask('{"type":"reset","data":{"episode_id":"same"}}');
  expect(await wire.ask('{"type":"state"}')).toEqual(
    expect.stringContaining('{"type":"state","data":{"episode_id":"same","step_count":0,'),
  );
  other.socket.close();
  wire.socket.close();
  await expect.poll(() => fake.plays.map(({ released }) => released)).toEqual([1, 1]);
  expect(server.app.registry.openCount).toBe(0);
});

test('tools are listed and called over the WebSocket, as steps and as MCP', async () => {
  const listed = JSON.parse(
    await wire.ask('{"type":"mcp","data":{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}}'),
  );
  const names = listed.data.result.tools.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['reset', 'run', 'files', 'evaluate', 'submit']);
  expect(JSON.parse(await wire.ask('{"type":"step","data":{"type":"list_tools"}}'))).toMatchObject({
    type: 'observation',
    data: { observation: { tools: [{ name: 'reset', input_schema: { type: 'object' } }, {}, {}, {}, {}] } },
  });
  const call = (name: string, input: object) =>
    wire.ask({ type: 'step', data: { type: 'call_tool', tool_name: name, arguments: input } });
  await call('reset', { task: 0 });
  expect(JSON.parse(await call('run', { code: 'echo gold' }))).toMatchObject({
    data: { observation: { tool_name: 'run', result: { observation: { output: 'gold\n' } }, error: null } },
  });
  expect(JSON.parse(await call('submit', {}))).toMatchObject({ data: { reward: 1, done: true } });
  expect(JSON.parse(await call('fly', {}))).toMatchObject({
    type: 'error',
    data: { code: 'EXECUTION_ERROR' },
  });
});

const http = (path: string, body?: string) =>
  fetch(`${server.url}/openenv/fake-v1${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body }),
    headers: { 'content-type': 'application/json' },
  });

const described = async (path: string) =>
  (await (await http(path)).json()) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

test('the HTTP routes play an episode too', async () => {
  expect(await (await http('/state')).text()).toBe('{"episode_id":null,"step_count":0}');
  expect(await (await http('/reset', '{"task":0,"episode_id":"h"}')).text()).toEqual(
    expect.stringContaining('{"observation":{"output":"Print gold (0).","metadata":{"task_id":"task-0",'),
  );
  expect(
    await (
      await http('/step', '{"action":{"code":"echo hi"},"timeout_s":5,"request_id":"r","other":1}')
    ).text(),
  ).toBe('{"observation":{"output":"hi\\n","exit_code":0},"reward":null,"done":false}');
  expect(await (await http('/state')).text()).toContain('{"episode_id":"h","step_count":1,');
  expect((await fetch(`${server.url}/openenv/fake-v1/reset`, { method: 'POST' })).status).toBe(200);
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 0]);
});

test('the HTTP routes refuse as FastAPI does', async () => {
  const missing = await http('/step', '{}');
  expect(missing.status).toBe(422);
  expect(await missing.text()).toBe(
    '{"detail":[{"type":"missing","loc":["body","action"],"msg":"Field required","input":{}}]}',
  );
  expect((await http('/step', '{')).status).toBe(422);
  expect((await http('/step', '{"action":{"code":1}}')).status).toBe(422);
  expect((await http('/reset', '{"task":99}')).status).toBe(400);
  for (const [name, status] of [
    ['unsupported', 400],
    ['task_ungradable', 400],
    ['invalid_params', 422],
    ['internal_error', 500],
    ['capacity', 503],
  ] as const) {
    fake.failReset = new ProtocolError(name, 'No.');
    expect((await http('/reset', '{"task":0}')).status).toBe(status);
  }
  const early = await http('/step', '{"action":{"code":"ls"}}');
  expect(early.status).toBe(500);
  expect(await early.json()).toMatchObject({
    detail: expect.stringMatching(/^No episode has begun on this connection: reset first\./),
  });
});

test('the HTTP routes describe the environment', async () => {
  expect(await (await http('/health')).text()).toBe('{"status":"healthy"}');
  const metadata = await described('/metadata');
  expect(Object.keys(metadata)).toEqual([
    'name',
    'description',
    'readme_content',
    'version',
    'author',
    'documentation_url',
  ]);
  expect(metadata).toMatchObject({ name: 'fake-v1', readme_content: '# Fake' });
  const schema = await described('/schema');
  expect(Object.keys(schema)).toEqual(['action', 'observation', 'reset_observation', 'state']);
  expect(schema.action).toMatchObject({ title: 'FakeV1Action', required: ['code'] });
  expect(schema.action).toHaveProperty('properties.code');
  const api = await described('/openapi.json');
  expect(api.info?.version).toBe('1.0.0');
  expect(Object.keys(api.paths ?? {})).toEqual(expect.arrayContaining(['/reset', '/step', '/state']));
});

test('POST /mcp answers every error with status 200', async () => {
  for (const [body, code] of [
    ['{', -32700],
    ['{}', -32600],
    ['{"jsonrpc":"2.0","id":"a","method":"tools/call"}', -32602],
    ['{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"run"}}', -32602],
    ['{"jsonrpc":"2.0","id":"a","method":"other"}', -32601],
  ] as const) {
    const answer = await http('/mcp', body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code } });
  }
});

test('an environment that does not exist has no socket', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/openenv/none-v1/ws`);
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('404');
});

const rpc = async (method: string, params: object = {}) => {
  const answer = await http('/mcp', JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  return (await answer.json()) as { result: Readonly<Record<string, unknown>>; error: unknown };
};

test('a session has its episode over HTTP and over a WebSocket, and outlives the socket', async () => {
  const { session_id } = (await rpc('openenv/session/create')).result;
  const url = `${server.url}/openenv/fake-v1/ws?session_id=${session_id}`;
  const attached = await Wire.connect(url);
  await attached.ask('{"type":"reset","data":{"task":0}}');
  const second = await Wire.connect(url);
  expect(JSON.parse(await second.text())).toMatchObject({ type: 'error', data: { code: 'SESSION_ERROR' } });
  const run = { name: 'run', arguments: { code: 'echo gold' }, session_id };
  expect(await rpc('tools/call', run)).toMatchObject({
    result: {
      content: [{ type: 'text', text: 'gold\n' }],
      data: { reward: null, done: false },
      is_error: false,
    },
  });
  expect((await rpc('openenv/session/close', { session_id })).error).toMatchObject({ code: -32_600 });
  attached.socket.close();
  await attached.closed;
  await expect
    .poll(() => rpc('tools/call', { ...run, name: 'submit', arguments: {} }))
    .toMatchObject({
      result: { data: { reward: 1, done: true } },
    });
  expect((await rpc('openenv/session/close', { session_id })).result).toEqual({ session_id, closed: true });
  expect((await rpc('tools/call', run)).error).toMatchObject({ code: -32_602 });
  expect(fake.plays.map(({ released }) => released)).toEqual([1]);
});

test('the task routes list datasets as splits', async () => {
  const task = {
    id: 'task-2',
    index: 2,
    dataset: 'built-in',
    instruction: 'Print gold (2).',
    tags: ['fake'],
  };
  const ask = async (path: string, body: object) =>
    (await http(`/fake-v1${path}`, JSON.stringify(body))).json();
  expect(await (await http('/list_environments')).json()).toEqual(['fake-v1']);
  expect(await (await http('/fake-v1/splits')).json()).toEqual([{ name: 'built-in', type: 'validation' }]);
  expect(await ask('/num_tasks', { split: 'built-in' })).toEqual({ num_tasks: 3 });
  expect(await ask('/task', { split: 'built-in', index: 2 })).toEqual({ task });
  expect(await ask('/task_range', { split: 'built-in', start: -1 })).toEqual({ tasks: [task] });
  expect(await ask('/tasks', { split: 'built-in' })).toMatchObject({
    tasks: [{}, {}, task],
    env_name: 'fake-v1',
  });
  expect((await http('/fake-v1/task', '{"split":"built-in","index":3}')).status).toBe(400);
  expect((await http('/fake-v1/tasks', '{"split":"none"}')).status).toBe(400);
  expect(await wire.ask('{"type":"reset","data":{"split":"built-in","index":2}}')).toContain(
    '"task_id":"task-2"',
  );
});
