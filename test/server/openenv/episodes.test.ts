import pino from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConfig } from '../../../server/config/config.ts';
import { serverMemory } from '../../../server/memory/server-memory.ts';
import { OpenEnvEpisodes, OpenEnvExecutionError } from '../../../server/openenv/episodes.ts';
import { OpenEnvHttpEpisodes } from '../../../server/openenv/http-episodes.ts';
import { OpenEnvSessions } from '../../../server/openenv/sessions.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake]);
});

afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

function parts() {
  return { environment: 'fake-v1', registry: server.app.registry, stepTimeoutMs: 1_000 };
}

function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('what is played over the HTTP routes counts as idle only while no request is running or waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const episodes = new OpenEnvHttpEpisodes(parts(), 1_000);
  await episodes.reset({});
  const first = episodes.step({ code: 'wait first' });
  const second = episodes.step({ code: 'wait second' });
  fake.open('first');
  await first;
  await vi.advanceTimersByTimeAsync(1_500);
  fake.open('second');
  expect(await second).toMatchObject({ observation: { output: 'waited\n' } });
  expect(fake.plays[0]?.released).toBe(0);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(fake.plays[0]?.released).toBe(1);
  await episodes.leave('client');
});

test('a step without an answer for 55 s is an error, ends its episode, and leaves the next one alone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const episodes = new OpenEnvEpisodes(parts());
  await episodes.reset({});
  fake.gradeGate = 'never';
  const late = errorOf(episodes.step({ submit: true }));
  await fake.reached('never');
  await vi.advanceTimersByTimeAsync(55_000);
  expect(await late).toBeInstanceOf(OpenEnvExecutionError);
  expect(await late).toMatchObject({
    message: expect.stringMatching(/took longer than 55000 ms.*reset to go on/),
  });
  expect(await errorOf(episodes.step({ code: 'echo a' }))).toMatchObject({
    message: expect.stringContaining('The episode is over'),
  });
  fake.gradeGate = undefined;
  await episodes.reset({});
  expect(await episodes.step({ code: 'echo next' })).toMatchObject({ observation: { output: 'next\n' } });
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 0]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('stepwell_failures_total{class="sandbox",code="sandbox_unresponsive"} 1');
  expect(metrics).toContain('outcome="failure"} 1');
  await episodes.leave('client');
});

test('a grade is asked for within a time that leaves room for its answer', async () => {
  const episodes = new OpenEnvEpisodes(parts());
  await episodes.reset({});
  await episodes.step({ submit: true, answer: 'gold' });
  expect(fake.plays[0]?.gradings).toEqual([{ final: true, mayGoOn: true, atMostMs: 25_000 }]);
  await episodes.leave('client');
});

test('a reset without an answer for 55 s is an error, counted, and leaves no episode', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const episodes = new OpenEnvEpisodes(parts());
  fake.failReset = 'gate';
  const late = errorOf(episodes.reset({}));
  await fake.reached('gate');
  await vi.advanceTimersByTimeAsync(55_000);
  expect(await late).toBeInstanceOf(OpenEnvExecutionError);
  expect(await late).toMatchObject({ message: 'No episode began within 55000 ms: reset to try again.' });
  expect(await episodes.reset({})).toMatchObject({ done: false });
  vi.useRealTimers();
  fake.open('gate');
  await expect.poll(() => server.app.registry.openCount).toBe(1);
  expect(fake.plays.map(({ released }) => released)).toEqual([0, 1]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('stepwell_failures_total{class="server",code="internal_error"} 1');
  await episodes.leave('client');
});

function openSessions(): OpenEnvSessions {
  const config = createConfig({ max_episodes: 2 });
  const { registry } = server.app;
  return new OpenEnvSessions({ environment: 'fake-v1', registry, config, memory: serverMemory(config) });
}

test('a session that its client closes ends by its client', async () => {
  const sessions = openSessions();
  const session = sessions.create();
  await session.reset({});
  await sessions.close(session.id);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('outcome="client"} 1');
});

test('too many sessions: the oldest idle one is forgotten, but none in a reset, and not the newest', async () => {
  const sessions = openSessions();
  const [resetting, idle] = [sessions.create(), sessions.create()];
  fake.failReset = 'gate';
  const reset = resetting.reset({});
  await fake.reached('gate');
  const attached = Array.from({ length: 4_094 }, () => sessions.create());
  for (const session of attached) session.attach();
  const another = sessions.create();
  expect(sessions.find(resetting.id)).toBe(resetting);
  expect(sessions.find(idle.id)).toBeUndefined();
  another.attach();
  const newest = sessions.create();
  expect(sessions.find(newest.id)).toBe(newest);
  fake.open('gate');
  await reset;
  await sessions.leave();
});

test('logs nothing when a client closes its socket during a reset', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const other = new FakeEnvironment();
  const logged = await startTestServer([other], {}, { log });
  other.failReset = 'reset';
  const wire = await Wire.connect(`${logged.url}/openenv/fake-v1/ws`);
  wire.send({ type: 'reset', data: {} });
  await other.reached('reset');
  wire.socket.terminate();
  await expect.poll(() => logged.app.fastify.websocketServer.clients.size).toBe(0);
  other.open('reset');
  await expect.poll(() => logged.app.registry.openCount).toBe(0);
  await logged.close();
  expect(lines).toEqual([]);
});
