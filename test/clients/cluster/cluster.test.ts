import { afterEach, expect, test } from 'vitest';
import { NoServerError, ServersDifferError } from '../../../clients/typescript/cluster/errors.ts';
import type { Member } from '../../../clients/typescript/cluster/group.ts';
import type { Episode } from '../../../clients/typescript/episode.ts';
import { CapacityError, EpisodeNotFoundError } from '../../../clients/typescript/errors.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { FakeEnvironment } from '../../server/fake-environment.ts';
import { failure } from '../failure.ts';
import { FakeServer, NEVER } from '../fake-server.ts';
import { FAKE, Servers } from './servers.ts';

const servers = new Servers();
afterEach(() => servers.end());

function episodesOf(members: readonly Member[]): Episode[] {
  return members.map((member) => {
    if ('error' in member) throw member.error;
    return member.episode;
  });
}

test('resets go where there is room', async () => {
  const [large, small] = [await servers.pooled(6), await servers.pooled(2)];
  const cluster = await servers.connect([large.url, small.url]);
  await Promise.all(Array.from({ length: 8 }, () => cluster.reset(FAKE)));
  expect(large.environment.plays).toHaveLength(6);
  expect(small.environment.plays).toHaveLength(2);
});

test('a server without capacity is left for another one', async () => {
  const full = await servers.pooled(1, { max_episodes: 1 });
  const other = await servers.pooled(1);
  const cluster = await servers.connect([full.url, other.url], { pollMs: 600_000 });
  // The client does not know of it, and chance may choose either server first.
  const stranger = await servers.connect(full.url);
  await stranger.reset(FAKE);
  await cluster.reset({ ...FAKE, queue_timeout_ms: 0 });
  expect(other.environment.plays).toHaveLength(1);
  const error = await failure(cluster.reset({ ...FAKE, queue_timeout_ms: 50 }));
  expect(error).toBeInstanceOf(CapacityError);
});

test('a reset waits until one of the servers has a sandbox', async () => {
  const [one, other] = [await servers.pooled(1), await servers.pooled(1)];
  const cluster = await servers.connect([one.url, other.url]);
  const first = await cluster.reset(FAKE);
  const second = await cluster.reset(FAKE);
  const third = cluster.reset(FAKE, { queueTimeoutMs: 60_000 });
  await Promise.all([first.close(), second.close()]);
  expect((await third).id).toBeTypeOf('string');
});

test('a server that shuts down is left for another one, and its name is told', async () => {
  const [one, other] = [await servers.plain(), await servers.plain()];
  const cluster = await servers.connect([one.url, other.url], { pollMs: 600_000, reconnectMs: 0 });
  await one.server.close();
  const episodes = await Promise.all([1, 2, 3].map(() => cluster.reset(FAKE)));
  expect(episodes).toHaveLength(3);
  expect(other.environment.plays).toHaveLength(3);
  await other.server.close();
  const error = await failure(cluster.reset(FAKE, { queueTimeoutMs: 20 }));
  expect(error).toBeInstanceOf(NoServerError);
  expect(String(error)).toContain(new URL(other.url).host);
});

test('a reset on a server that falls silent begins elsewhere, and closes what begins late', async () => {
  const other = await servers.pooled(1);
  let silent = false;
  const state = {
    node: 'quiet',
    status: 'ready',
    episodes: { open: 0, max: 100 },
    sandboxes: { states: {}, max: 100, queued: 0 },
    datasets: [],
  };
  await using quiet = await FakeServer.start({
    'server/state': () => (silent ? NEVER : state),
    'episode/reset': () => NEVER,
  });
  const cluster = await servers.connect([quiet.url, other.url], {
    differences: 'accept',
    pollMs: 10,
    silentMs: 200,
  });
  // It has one sandbox: the second reset goes to the server that has a hundred, and does not answer.
  const resets = [cluster.reset(FAKE), cluster.reset(FAKE)];
  await quiet.arrived('episode/reset');
  silent = true;
  const first = await Promise.race(resets);
  await first.close();
  await Promise.all(resets);
  expect(other.environment.plays).toHaveLength(2);
  const [late] = quiet.requests.filter(({ method }) => method === 'episode/reset');
  const task = { id: 't', index: 0, dataset: 'd', instruction: 'i' };
  const info = { duration_ms: 1, seed: 1, image: { name: 'i', digest: 'd' }, engine: 'e', isolation: 'i' };
  const result = { episode_id: 'late', resume_token: 'token', task, observation: { output: '' }, info };
  quiet.send(JSON.stringify({ jsonrpc: '2.0', id: late?.id, result }));
  await quiet.arrived('episode/close');
});

test('an error that every server would give is thrown at once', async () => {
  const [one, other] = [await servers.plain(), await servers.plain()];
  const cluster = await servers.connect([one.url, other.url]);
  const error = await failure(cluster.reset({ ...FAKE, environment: 'no-such-v1' }));
  expect(error).toMatchObject({ error: 'environment_not_found' });
});

test('a group stays together when asked, on a server that has room for all of it', async () => {
  const [small, large] = [await servers.pooled(2), await servers.pooled(4)];
  const cluster = await servers.connect([small.url, large.url]);
  const group = episodesOf(await cluster.resetMany({ ...FAKE, count: 4 }, { together: true }));
  expect(large.environment.plays).toHaveLength(4);
  expect(small.environment.plays).toHaveLength(0);
  await Promise.all(group.map((episode) => episode.close()));
});

test('a group that no server can begin whole leaves nothing behind', async () => {
  const [one, other] = [await servers.pooled(2), await servers.pooled(2)];
  const cluster = await servers.connect([one.url, other.url]);
  const opened: number[] = [];
  const members = await cluster.resetMany(
    { ...FAKE, count: 3, queue_timeout_ms: 0 },
    { together: true, onOpened: (_member, index) => opened.push(index) },
  );
  expect(members).toHaveLength(3);
  for (const member of members) expect('error' in member && member.error).toBeInstanceOf(CapacityError);
  expect(opened).toEqual([0, 1, 2]);
  const plays = [...one.environment.plays, ...other.environment.plays];
  expect(plays.length).toBeGreaterThan(0);
  await expect.poll(() => cluster.servers.map(({ state }) => state?.episodes.open)).toEqual([0, 0]);
});

test('other groups are spread over the servers, and have one seed', async () => {
  const [one, other] = [await servers.pooled(2), await servers.pooled(2)];
  const cluster = await servers.connect([one.url, other.url]);
  const opened: number[] = [];
  const members = await cluster.resetMany(
    { ...FAKE, tasks: [0, 1], count: 2 },
    { onOpened: (_member, index) => opened.push(index) },
  );
  const group = episodesOf(members);
  expect(group.map(({ task }) => task.index)).toEqual([0, 0, 1, 1]);
  expect(new Set(group.map(({ info }) => info.seed)).size).toBe(1);
  expect([one.environment.plays.length, other.environment.plays.length]).toEqual([2, 2]);
  expect(opened.toSorted()).toEqual([0, 1, 2, 3]);
});

test('a member that its server refuses begins elsewhere', async () => {
  const [one, other] = [await servers.plain(), await servers.plain()];
  const cluster = await servers.connect([one.url, other.url]);
  one.environment.failReset = new ProtocolError('sandbox_unavailable', 'broken');
  const group = episodesOf(await cluster.resetMany({ ...FAKE, count: 4 }));
  expect(group).toHaveLength(4);
  expect(one.environment.plays.length + other.environment.plays.length).toBe(4);
});

test('steps of many servers are made at the same time, each where its episode is', async () => {
  const [one, other] = [await servers.pooled(2), await servers.pooled(2)];
  const cluster = await servers.connect([one.url, other.url]);
  const group = episodesOf(await cluster.resetMany({ ...FAKE, count: 4 }));
  const outputs: string[] = [];
  const steps = group.map((episode, index) => ({ episode, action: `echo ${index}` }));
  for await (const outcome of cluster.stepMany(steps)) {
    if ('error' in outcome) throw outcome.error;
    expect(outcome.episode).toBe(group[outcome.index]);
    outputs[outcome.index] = outcome.result.observation.output;
  }
  expect(outputs).toEqual(['0\n', '1\n', '2\n', '3\n']);
  const acted = [one, other].map(({ environment }) => environment.plays.map((play) => play.acted.length));
  expect(acted).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test('an episode is resumed on the server that its token names', async () => {
  const settings = { grace_ms: 60_000 };
  const one = await servers.plain(new FakeEnvironment(), { ...settings, node: 'one' });
  const other = await servers.plain(new FakeEnvironment(), { ...settings, node: 'other' });
  const first = await servers.connect(other.url, { reconnectMs: 0 });
  const episode = await first.reset(FAKE);
  await episode.step('echo a');
  expect(episode.resumeToken).toMatch(/^other\./);
  const cluster = await servers.connect([one.url, other.url], { reconnectMs: 0 });
  const resumed = await cluster.resume(episode.resumeToken);
  expect(resumed.id).toBe(episode.id);
  expect((await resumed.step('echo b')).step).toBe(2);
  expect(await failure(cluster.resume('one.no-such-token'))).toBeInstanceOf(EpisodeNotFoundError);
  await other.server.close();
  await expect.poll(() => cluster.servers.map(({ up }) => up)).toEqual([true, false]);
  const error = await failure(cluster.resume(episode.resumeToken));
  expect(error).toBeInstanceOf(NoServerError);
  expect(String(error)).toContain(new URL(other.url).host);
});

test('servers with other datasets are refused, with the names of both', async () => {
  const one = await servers.plain(new FakeEnvironment('fake-v1', 3));
  const other = await servers.plain(new FakeEnvironment('fake-v1', 4));
  const error = await failure(servers.connect([one.url, other.url]));
  expect(error).toBeInstanceOf(ServersDifferError);
  for (const { url } of [one, other]) expect(String(error)).toContain(new URL(url).host);
  expect(String(error)).toMatch(/dataset .* of fake-v1 differs/);
  const cluster = await servers.connect([one.url, other.url], { differences: 'accept' });
  expect(cluster.servers.map(({ up }) => up)).toEqual([true, true]);
});

test('servers with another image of one name are refused at the first reset that shows it', async () => {
  const [one, other] = [await servers.plain(), await servers.plain()];
  const begin = other.environment.reset.bind(other.environment);
  other.environment.reset = async (...args) => {
    const play = await begin(...args);
    return { ...play, sandbox: { ...play.sandbox, image: { name: 'fake', digest: 'sha256:other' } } };
  };
  const cluster = await servers.connect([one.url, other.url]);
  const error = await failure(cluster.resetMany({ ...FAKE, count: 4 }));
  expect(error).toBeInstanceOf(ServersDifferError);
  expect(String(error)).toMatch(/image fake .*differs/);
  for (const { url } of [one, other]) expect(String(error)).toContain(new URL(url).host);
  await expect.poll(() => cluster.servers.map(({ state }) => state?.episodes.open)).toEqual([0, 0]);
});

test('a name stands for a server at each of its addresses, and is looked up again', async () => {
  const one = await servers.plain(new FakeEnvironment(), { node: 'one' });
  const port = Number(new URL(one.url).port);
  await servers.plain(new FakeEnvironment(), { node: 'other' }, { address: '127.0.0.2', port });
  const cluster = await servers.connect(`dns+http://localhost:${port}`, {
    resolve: async (name) => (name === 'localhost' ? ['127.0.0.1', '127.0.0.2'] : []),
  });
  expect(cluster.servers.map(({ node }) => node)).toEqual(['one', 'other']);
  await cluster.reset(FAKE);
  const unknown = servers.connect('dns+ws://nowhere:1', {
    resolve: async () => {
      throw new Error('no such name');
    },
  });
  expect(String(await failure(unknown))).toMatch(/dns\+ws:\/\/nowhere:1 cannot be resolved: no such name/);
});
