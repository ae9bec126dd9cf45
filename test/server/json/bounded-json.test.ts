import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JsonError, MAX_DEPTH, MAX_VALUES, parseJson } from '../../../server/json/bounded-json.ts';
import { trajectoriesIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake]);
});

afterEach(() => server.close());

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const kindOf = (text: string): string | undefined => {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    return error instanceof JsonError ? error.kind : String(error);
  }
};

test('what is JSON of ordinary size is read as ever', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(parseJson('{"a":"[[[{{{,,,","b\\"[":["\\\\",1]}')).toEqual({ a: '[[[{{{,,,', 'b"[': ['\\', 1] });
});

test('depth and number of values are bounded, inside texts they are not counted', () => {
  expect(kindOf(nested(MAX_DEPTH))).toBeUndefined();
  expect(kindOf(nested(MAX_DEPTH + 1))).toBe('excessive');
  expect(kindOf('['.repeat(1_000_000))).toBe('excessive');
  expect(kindOf(`${'{"a":['.repeat(33)}${']}'.repeat(33)}`)).toBe('excessive');
  expect(kindOf(`${'{"a":['.repeat(32)}${']}'.repeat(32)}`)).toBeUndefined();
  expect(kindOf(JSON.stringify(Array(MAX_VALUES - 10).fill(1)))).toBeUndefined();
  expect(kindOf(JSON.stringify(Array(MAX_VALUES + 10).fill(1)))).toBe('excessive');
  expect(kindOf(JSON.stringify({ code: `${'['.repeat(100_000)}","\\"` }))).toBeUndefined();
  expect(kindOf('{"a":')).toBe('malformed');
  expect(kindOf('"open')).toBe('malformed');
});

const METADATA = nested(20_000);

/** What may not be missing of a trajectory: every step that ran. */
function stepsLogged(): number {
  const lines = trajectoriesIn(server.trajectories).flatMap((path) =>
    readFileSync(path, 'utf8').trimEnd().split('\n'),
  );
  return lines.filter((line) => JSON.parse(line).event === 'step').length;
}

test('a step at /v1 that nests too deep is refused by its id, before it runs', async () => {
  const wire = await Wire.connect(`${server.url}/v1`);
  const episode_id = await wire.reset();
  const params = `{"episode_id":"${episode_id}","action":{"code":"echo a","metadata":${METADATA}}}`;
  const request = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"episode/step","params":${params}}`;
  expect(JSON.parse(await wire.ask(request(7)))).toMatchObject({
    id: 7,
    error: { code: -32600, message: expect.stringContaining('64 levels'), data: { name: 'invalid_request' } },
  });
  expect(JSON.parse(await wire.ask(`[${request(8)}]`))).toMatchObject({ id: null, error: { code: -32600 } });
  expect(fake.plays[0]?.acted).toEqual([]);
  const metadata = JSON.parse(nested(50));
  await wire.result('episode/step', { episode_id, action: { code: 'echo b', metadata } });
  expect([fake.plays[0]?.acted.length, stepsLogged()]).toEqual([1, 1]);
  wire.socket.close();
});

test("OpenEnv's socket refuses it, and goes on", async () => {
  const wire = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
  await wire.ask('{"type":"reset"}');
  for (const text of [
    `{"type":"step","data":{"code":"echo a","metadata":${METADATA}}}`,
    `{"type":"step","data":{"code":5,"metadata":${METADATA}}}`,
    `{"type":"reset","data":{"seed":${METADATA}}}`,
    `{"type":"mcp","data":{"jsonrpc":"2.0","method":"x","params":${METADATA}}}`,
    `{"type":${METADATA}}`,
    METADATA,
  ]) {
    expect(JSON.parse(await wire.ask(text))).toEqual({
      type: 'error',
      data: { message: 'Invalid JSON: nested deeper than 64 levels', code: 'INVALID_JSON' },
    });
  }
  expect(fake.plays[0]?.acted).toEqual([]);
  expect(await wire.ask('{"type":"step","data":{"code":"echo b"}}')).toContain('"b\\n"');
  wire.socket.close();
});

test('the HTTP routes and MCP refuse it', async () => {
  const post = (path: string, body: string) =>
    fetch(`${server.url}/openenv/fake-v1/${path}`, { method: 'POST', body });
  await post('reset', '{}');
  for (const [path, body] of [
    ['step', `{"action":{"code":"echo a","metadata":${METADATA}}}`],
    ['reset', `{"seed":${METADATA}}`],
  ] as const) {
    const answer = await post(path, body);
    expect([path, answer.status]).toEqual([path, 422]);
    const detail = [{ type: 'json_invalid', ctx: { error: 'nested deeper than 64 levels' } }];
    expect(await answer.json()).toMatchObject({ detail });
  }
  const mcp = await post('mcp', `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${METADATA}}`);
  expect(await mcp.json()).toMatchObject({ error: { code: -32600, message: expect.stringContaining('64') } });
  expect(fake.plays.map(({ acted }) => acted)).toEqual([[]]);
  expect((await post('step', '{"action":{"code":"echo b"}}')).status).toBe(200);
  expect(stepsLogged()).toBe(1);
});
