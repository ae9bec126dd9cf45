import { expect, test } from 'vitest';
import { homeOfRequest } from '../../../server/workers/handover.ts';
import { workerOfToken } from '../../../server/workers/place.ts';

const home = (url: string, headers: Record<string, string> = {}) => homeOfRequest({ url, headers }, 4);

test('all requests of a session have one home', () => {
  const session = home('/openenv/bash-v1/reset');
  expect(session).toBeTypeOf('number');
  for (const route of ['step', 'state', 'mcp', 'ws?session_id=abc']) {
    expect(home(`/openenv/bash-v1/${route}`)).toBe(session);
  }
  expect(home('/mcp/bash-v1')).toBe(home('/mcp/bash-v1', { 'mcp-session-id': 'a' }));
  expect(home('/ors/create', { 'x-session-id': 'a' })).toBe(home('/bash-v1/call', { 'x-session-id': 'a' }));
  const homes = Array.from({ length: 64 }, (_, id) => home('/create', { 'x-session-id': `${id}` }));
  expect(new Set(homes)).toEqual(new Set([0, 1, 2, 3]));
});

test('what belongs to no session is answered by any worker', () => {
  const paths = [
    '/v1',
    '/metrics',
    '/healthz',
    '/openenv/bash-v1/ws',
    '/openenv/bash-v1/metadata',
    '/create_session',
  ];
  expect(paths.map((path) => home(path))).toEqual(paths.map(() => undefined));
});

test('a token names its worker', () => {
  const place = { count: 2 };
  expect(workerOfToken('node-1~1.0b6c', place)).toBe(1);
  // A server that now has fewer workers, or one.
  expect(workerOfToken('node-1~7.0b6c', place)).toBeUndefined();
  expect(workerOfToken('node-1.0b6c', place)).toBeUndefined();
  expect(workerOfToken('0b6c', place)).toBeUndefined();
});
