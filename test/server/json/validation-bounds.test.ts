import { afterEach, beforeEach, expect, test } from 'vitest';
import { excerpt } from '../../../server/json/excerpt.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const LONG = 'x'.repeat(200_000);
const MANY = Object.fromEntries(
  Array.from({ length: 5_000 }, (_, n) => [`${LONG.slice(0, 20)}${n}`, LONG.slice(0, 9)]),
);
/** What any error may take, in characters. */
const MOST = 40_000;

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer([new FakeEnvironment()]);
});

afterEach(() => server.close());

test.each([
  ['episode/reset', { environment: LONG }],
  ['episode/reset', { environment: 'fake-v1', ...MANY }],
  ['episode/reset', { environment: 'fake-v1', task: LONG }],
  ['episode/reset', { environment: 'fake-v1', [LONG]: 1 }],
  ['episode/reset', { environment: 'fake-v1', dataset: LONG, weights: MANY }],
  ['episode/step', { episode_id: 'a', action: MANY }],
  ['episode/step', { episode_id: 'a', action: { code: 1, metadata: 1, ...MANY } }],
  ['tasks/list', { environment: 'fake-v1', dataset: LONG }],
  [`episode/${LONG}`, {}],
])('an error at /v1 is of bounded length: %#', async (method, params) => {
  const wire = await Wire.connect(`${server.url}/v1`);
  wire.request(method, params);
  const text = await wire.text();
  const { error } = JSON.parse(text);
  expect(error.code).toBeLessThan(0);
  expect(error.data.issues?.length ?? 0).toBeLessThanOrEqual(20);
  expect(text.length).toBeLessThan(MOST);
  wire.socket.close();
});

test.each([
  { type: LONG },
  { type: 'state', ...MANY },
  { type: 'step', data: MANY },
  { type: 'step', data: { code: MANY } },
  { type: 'step', data: LONG },
  { type: 'reset', data: { task: [LONG], weights: MANY } },
  { type: 'reset', data: { task: LONG } },
  { type: 'mcp', data: { jsonrpc: '2.0', method: LONG } },
  { type: 'mcp', data: { jsonrpc: '1', method: 1, ...MANY } },
  [MANY],
])("an error of OpenEnv's socket is of bounded length: %#", async (message) => {
  const wire = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
  const text = await wire.ask(message);
  const { data } = JSON.parse(text);
  expect(data.errors?.length ?? 0).toBeLessThanOrEqual(20);
  expect(text.length).toBeLessThan(MOST);
  wire.socket.close();
});

test.each([
  ['step', {}],
  ['step', { action: MANY }],
  ['step', { action: LONG }],
  ['step', [MANY]],
  ['reset', { task: { a: MANY } }],
  ['mcp', { jsonrpc: '1', ...MANY }],
])('an error of the HTTP routes is of bounded length: %s %#', async (path, body) => {
  const answer = await fetch(`${server.url}/openenv/fake-v1/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const { detail = [] } = JSON.parse(text);
  expect(detail.length).toBeLessThanOrEqual(20);
  expect(text.length).toBeLessThan(MOST);
});

test('an excerpt is the value where it is small, and its beginning where it is not', () => {
  const small = { code: 'ls', list: [1, null, true, { a: 'b' }] };
  expect(excerpt(small)).toEqual(small);
  expect(JSON.stringify(excerpt(MANY)).length).toBeLessThan(MOST);
  expect(JSON.stringify(excerpt({ a: [MANY, MANY], b: LONG })).length).toBeLessThan(MOST);
  expect(excerpt(LONG)).toBe(`${LONG.slice(0, 200)}…`);
});
