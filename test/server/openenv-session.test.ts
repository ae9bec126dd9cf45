import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OpenEnvHttpSession } from '../../server/openenv-http-session.ts';
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
