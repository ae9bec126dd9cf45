import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OpenEnvHttpSession } from '../../server/openenv-http-session.ts';
import { OpenEnvExecutionError, OpenEnvSession } from '../../server/openenv-session.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { startTestServer, type TestServer } from './test-server.ts';

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

test('the session of the HTTP routes counts as idle only while no request is running or waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const session = new OpenEnvHttpSession(parts(), 1_000);
  await session.reset({});
  const first = session.step({ code: 'wait first' });
  const second = session.step({ code: 'wait second' });
  fake.open('first');
  await first;
  await vi.advanceTimersByTimeAsync(1_500);
  fake.open('second');
  expect(await second).toMatchObject({ observation: { output: 'waited\n' } });
  expect(fake.plays[0]?.released).toBe(0);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(fake.plays[0]?.released).toBe(1);
  await session.leave();
});

test('a step without an answer for 55 s is an error, ends its episode, and leaves the next one alone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const session = new OpenEnvSession(parts());
  await session.reset({});
  fake.gradeGate = 'never';
  const late = errorOf(session.step({ submit: true }));
  await fake.reached('never');
  await vi.advanceTimersByTimeAsync(55_000);
  expect(await late).toBeInstanceOf(OpenEnvExecutionError);
  expect(await late).toMatchObject({
    message: expect.stringMatching(/took longer than 55000 ms.*reset to go on/),
  });
  expect(await errorOf(session.step({ code: 'echo a' }))).toMatchObject({
    message: expect.stringContaining('reset first'),
  });
  fake.gradeGate = undefined;
  await session.reset({});
  expect(await session.step({ code: 'echo next' })).toMatchObject({ observation: { output: 'next\n' } });
  expect(fake.plays.map(({ released }) => released)).toEqual([1, 0]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('stepwell_failures_total{class="sandbox",code="sandbox_unresponsive"} 1');
  expect(metrics).toContain('outcome="failure"} 1');
  await session.leave('client');
});

test('a reset without an answer for 55 s is an error, counted, and leaves no episode', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const session = new OpenEnvSession(parts());
  fake.failReset = 'gate';
  const late = errorOf(session.reset({}));
  await fake.reached('gate');
  await vi.advanceTimersByTimeAsync(55_000);
  expect(await late).toBeInstanceOf(OpenEnvExecutionError);
  expect(await late).toMatchObject({ message: 'No episode began within 55000 ms: reset to try again.' });
  expect(await session.reset({})).toMatchObject({ done: false });
  vi.useRealTimers();
  fake.open('gate');
  await expect.poll(() => server.app.registry.openCount).toBe(1);
  expect(fake.plays.map(({ released }) => released)).toEqual([0, 1]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('stepwell_failures_total{class="server",code="internal_error"} 1');
  await session.leave('client');
});
