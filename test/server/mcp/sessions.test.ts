import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeptEpisodes } from '../../../server/fronts/kept-episodes.ts';
import { McpSessions } from '../../../server/mcp/sessions.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

/** Sessions that are kept, at least. */
const MOST = 4_096;

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake]);
});

afterEach(() => server.close());

function beginMany(sessions: McpSessions, count: number): string[] {
  return Array.from({ length: count }, () => sessions.begin());
}

test('too many sessions: the oldest idle one is forgotten, but none in a reset', async () => {
  const { registry } = server.app;
  const episodes = new KeptEpisodes({ registry, front: 'mcp', idleMs: 60_000, maxEpisodes: 2 });
  const sessions = new McpSessions(episodes, 2);
  const [resetting, idle] = [sessions.begin(), sessions.begin()];
  fake.failReset = 'gate';
  const reset = episodes.open(resetting, { environment: 'fake-v1', options: {} });
  await fake.reached('gate');
  beginMany(sessions, MOST - 1);
  expect(sessions.use(resetting)).toBe(true);
  expect(sessions.use(idle)).toBe(false);
  fake.open('gate');
  await reset;
  await episodes.leave();
});

test('too many sessions: the newest is kept, even if every other one has an episode', () => {
  const playing = new Set<string>();
  const episodes = { has: (id: string) => playing.has(id), touch: () => {}, close: async () => {} };
  const sessions = new McpSessions(episodes, 2);
  for (const id of beginMany(sessions, MOST)) playing.add(id);
  expect(sessions.use(sessions.begin())).toBe(true);
});
