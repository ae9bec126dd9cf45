import { afterEach, beforeEach, expect, it } from 'vitest';
import { gaugesIn, httpAddress } from '../../clients/cli/server-gauges.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../server/test-server.ts';
import { stepwell } from './fake-terminal.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer([new FakeEnvironment()]);
});

afterEach(() => server.close());

it('shows the open episodes, and what the server counts', async () => {
  const wire = await Wire.connect(`${server.url}/v1`);
  const id = await wire.reset({ task: 1, tags: ['run-7'] });
  await wire.result('episode/step', { episode_id: id, action: 'echo x' });
  await wire.result('episode/evaluate', { episode_id: id });
  const { exitCode, printed } = await stepwell(['top', '--url', server.url]);
  expect(exitCode).toBe(0);
  expect(printed).toContain('episodes   1 open; ended: none');
  expect(printed).toMatch(/steps +1 so far, - per second, mean \d/);
  expect(printed).toMatch(new RegExp(`${id} +fake-v1 +task-1 +ready +1 +0\\.000 +\\d+ s +run-7`));
});

it('gives the same as JSON', async () => {
  const { printed } = await stepwell(['top', '--url', server.url, '--json']);
  expect(JSON.parse(printed)).toMatchObject({
    episodes: { episodes: [], total: 0 },
    gauges: { stepwell_episodes_open: 0 },
  });
});

it('says that no server answers', async () => {
  const { exitCode, complained } = await stepwell(['top', '--url', 'ws://127.0.0.1:1', '--once']);
  expect(exitCode).not.toBe(0);
  expect(complained).toContain('127.0.0.1:1');
});

it('reads the numbers of metrics with their labels', () => {
  const text = '# HELP x\nstepwell_a 1\nstepwell_b{state="ready"} 2\nstepwell_c_bucket{le="1"} 3\nother 4\n';
  expect(gaugesIn(text)).toEqual({ stepwell_a: 1, 'stepwell_b{state="ready"}': 2 });
  expect(httpAddress('ws://127.0.0.1:8765/v1')).toBe('http://127.0.0.1:8765');
});
