import { hostname } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { ServerState } from '../../../protocol/server-state.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('server/state tells how full the server is, and what it plays', async () => {
  let warm = false;
  const sandboxes = () => ({ states: { ready: 2, leased: 3 }, max: 8, queued: 1 });
  const settings = { node: 'a-node', max_episodes: 7 };
  server = await startTestServer([new FakeEnvironment()], settings, {
    sandboxes,
    warm: () => warm,
  });
  const wire = await Wire.connect(`${server.url}/v1`);
  expect(await wire.result('server/state')).toMatchObject({ status: 'warming', episodes: { open: 0 } });
  warm = true;
  await wire.reset();
  const state = ServerState.parse(await wire.result('server/state'));
  expect(state).toMatchObject({
    node: 'a-node',
    status: 'ready',
    episodes: { open: 1, max: 7 },
    sandboxes: { states: { ready: 2, leased: 3 }, max: 8, queued: 1 },
    datasets: [{ environment: 'fake-v1', tasks: 3 }],
  });
});

test('the digest of a dataset tells its tasks apart', async () => {
  const digests = async (environment: FakeEnvironment): Promise<(string | undefined)[]> => {
    const one = await startTestServer([environment]);
    const wire = await Wire.connect(`${one.url}/v1`);
    const { datasets } = ServerState.parse(await wire.result('server/state'));
    await one.close();
    return datasets.map(({ digest }) => digest);
  };
  const first = await digests(new FakeEnvironment());
  expect(await digests(new FakeEnvironment())).toEqual(first);
  expect(await digests(new FakeEnvironment('fake-v1', 4))).not.toEqual(first);
  expect(await digests(new FakeEnvironment('fake-v1', 3, ' Other words.'))).not.toEqual(first);
});

test('a server is named in initialize and in its resume tokens; without a setting, as its machine', async () => {
  server = await startTestServer([new FakeEnvironment()]);
  const wire = await Wire.connect(`${server.url}/v1`);
  const { server: facts } = await wire.result('initialize', { protocol_version: 1 });
  const { node } = facts as { readonly node: string };
  const { resume_token: token } = await wire.result('episode/reset', { environment: 'fake-v1' });
  expect(node.slice(0, 1)).toBe(hostname().slice(0, 1));
  expect(String(token).slice(0, node.length + 1)).toBe(`${node}.`);
});
