import { afterEach, describe, expect, it } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode } from '../../clients/typescript/episode.ts';
import { CapacityError, InvalidParamsError, StepOutOfOrderError } from '../../clients/typescript/errors.ts';
import type { Opened } from '../../clients/typescript/reset-many.ts';
import type { QueuePlace } from '../../clients/typescript/reset-wait.ts';
import type { StepOutcome } from '../../clients/typescript/step-many.ts';
import { Deferred } from '../../docker/deferred.ts';
import type { ConfigInput } from '../../server/config/config.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { PooledEnvironment } from '../server/pooled-environment.ts';
import { startTestServer, type TestServer } from '../server/test-server.ts';

const ENVIRONMENT = { environment: 'fake-v1' };

let server: TestServer;
let client: StepwellClient;

afterEach(async () => {
  await client.close();
  await server.close();
});

async function start<E extends FakeEnvironment>(environment: E, settings: ConfigInput = {}): Promise<E> {
  server = await startTestServer([environment], settings);
  client = await StepwellClient.connect(server.url, { strict: true });
  return environment;
}

async function group(count: number): Promise<Episode[]> {
  const opened = await client.resetMany({ ...ENVIRONMENT, count });
  return opened.map((entry) => {
    if ('error' in entry) throw entry.error;
    return entry.episode;
  });
}

async function all(outcomes: AsyncIterable<StepOutcome>): Promise<StepOutcome[]> {
  const found: StepOutcome[] = [];
  for await (const outcome of outcomes) found.push(outcome);
  return found;
}

function outputOf(outcome: StepOutcome | undefined): string {
  if (outcome === undefined || 'error' in outcome) throw outcome?.error ?? new Error('there is no outcome');
  return outcome.result.observation.output;
}

describe('resetMany', () => {
  it('begins a group, and its members can be played', async () => {
    await start(new FakeEnvironment());
    const episodes = await group(4);
    expect(new Set(episodes.map(({ info }) => info.seed)).size).toBe(1);
    const results = await Promise.all(episodes.map((episode, index) => episode.step(`echo ${index}`)));
    expect(results.map(({ observation }) => observation.output)).toEqual(['0\n', '1\n', '2\n', '3\n']);
  });

  it('gives the errors of members that cannot begin', async () => {
    await start(new FakeEnvironment());
    const opened = await client.resetMany({ ...ENVIRONMENT, tasks: [0, 'none'] });
    expect(opened.map((entry) => 'error' in entry && entry.error.error)).toEqual([false, 'task_not_found']);
  });

  it('calls back with each member as soon as it is there', async () => {
    const fake = await start(new FakeEnvironment());
    fake.failReset = 'slow';
    const seen: [number, Opened][] = [];
    const opening = client.resetMany(
      { ...ENVIRONMENT, count: 3 },
      {
        onOpened: (opened, index) => {
          seen.push([index, opened]);
          if (seen.length === 2) fake.open('slow');
        },
      },
    );
    const opened = await opening;
    expect(seen.map(([index]) => index).toSorted()).toEqual([0, 1, 2]);
    expect(seen.at(-1)?.[0]).toBe(0);
    for (const [index, member] of seen) expect(opened[index]).toBe(member);
  });

  it('closes the members that begin after the call was cancelled', async () => {
    const fake = await start(new FakeEnvironment());
    fake.failReset = 'slow';
    const leaving = new AbortController();
    const opening = client.resetMany({ ...ENVIRONMENT, count: 2 }, { signal: leaving.signal });
    await fake.reached('slow');
    leaving.abort();
    await expect(opening).rejects.toThrow('aborted');
    fake.open('slow');
    await expect.poll(() => fake.plays.map(({ released }) => released)).toEqual([1, 1]);
  });
});

describe('the wait of a reset', () => {
  it('is as long as the caller says, and reports its places', async () => {
    const pooled = await start(new PooledEnvironment(1));
    const first = await client.reset(ENVIRONMENT);
    const places: QueuePlace[] = [];
    const refused = client.reset(ENVIRONMENT, {
      queueTimeoutMs: 10,
      onQueued: (place) => places.push(place),
    });
    await expect(refused).rejects.toThrow(CapacityError);
    await expect(refused).rejects.toMatchObject({ details: { queue_timeout_ms: 10, position: 1 } });
    expect(places).toEqual([{ position: 1, expectedWaitMs: null }]);
    const next = client.reset(ENVIRONMENT, { queueTimeoutMs: 600_000 });
    await first.close();
    await expect(next).resolves.toMatchObject({ info: { queue_ms: expect.any(Number) } });
    await pooled.pool.drain(0);
  });

  it('reports one place for a whole group', async () => {
    const pooled = await start(new PooledEnvironment(2));
    const firstPlace = new Deferred<QueuePlace>();
    const opening = client.resetMany(
      { ...ENVIRONMENT, count: 4 },
      {
        queueTimeoutMs: 600_000,
        onQueued: firstPlace.resolve,
        onOpened: (opened) =>
          'episode' in opened && void firstPlace.promise.then(() => opened.episode[Symbol.asyncDispose]()),
      },
    );
    await expect(firstPlace.promise).resolves.toMatchObject({ waiting: expect.any(Number) });
    expect((await opening).every((opened) => 'episode' in opened)).toBe(true);
    await pooled.pool.drain(0);
  });
});

describe('stepMany', () => {
  it('yields each outcome as it comes', async () => {
    const fake = await start(new FakeEnvironment());
    const [slow, fast] = (await group(2)) as [Episode, Episode];
    const outcomes = client.stepMany([
      { episode: slow, action: 'wait here' },
      { episode: fast, action: 'echo quick' },
    ]);
    const order: number[] = [];
    for await (const outcome of outcomes) {
      order.push(outcome.index);
      fake.open('here');
    }
    expect(order).toEqual([1, 0]);
  });

  it('numbers the steps, and takes back the numbers of refused ones', async () => {
    await start(new FakeEnvironment());
    const [episode] = (await group(1)) as [Episode];
    const outcomes = await all(
      client.stepMany([
        { episode, action: 'echo 1' },
        { episode, action: 'echo 2' },
        { episode, action: 'echo 9', step: 9 },
      ]),
    );
    expect(outcomes.map(({ step }) => step)).toEqual([1, 2, 9]);
    expect(outcomes[2]).toMatchObject({ error: expect.any(StepOutOfOrderError) });
    expect(episode.nextStep).toBe(3);
    const [refused] = await all(client.stepMany([{ episode, action: { code: 'echo', timeout_ms: -1 } }]));
    expect(refused).toMatchObject({ error: expect.any(InvalidParamsError), step: 3 });
    expect(outputOf((await all(client.stepMany([{ episode, action: 'echo 3' }])))[0])).toBe('3\n');
  });

  it('makes more steps than one request takes', async () => {
    await start(new FakeEnvironment());
    const [episode] = (await group(1)) as [Episode];
    const steps = Array.from({ length: 1_500 }, (_, index) => ({ episode, action: `echo ${index}` }));
    const outcomes = await all(client.stepMany(steps));
    expect(outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error.message] : []))).toEqual([]);
    expect(new Set(outcomes.map(({ index }) => index)).size).toBe(1_500);
    expect((await episode.state()).step_count).toBe(1_500);
  });

  it('goes on after a lost socket, each step once', async () => {
    const fake = await start(new FakeEnvironment(), { grace_ms: 60_000 });
    const episodes = await group(3);
    const outcomes = all(
      client.stepMany(
        episodes.map((episode, index) => ({ episode, action: index === 0 ? 'wait here' : `echo ${index}` })),
      ),
    );
    await fake.reached('here');
    for (const socket of server.app.fastify.websocketServer.clients) socket.terminate();
    fake.open('here');
    const found = (await outcomes).toSorted((a, b) => a.index - b.index);
    expect(found.map(outputOf)).toEqual(['waited\n', '1\n', '2\n']);
    expect(fake.plays.map(({ acted }) => acted.length)).toEqual([1, 1, 1]);
  });

  it('yields the error of each step without an outcome when the connection has ended', async () => {
    await start(new FakeEnvironment());
    const episodes = await group(2);
    const outcomes = client.stepMany(episodes.map((episode) => ({ episode, action: 'wait for ever' })));
    await client.close();
    const found = await all(outcomes);
    expect(found.map((outcome) => 'error' in outcome && outcome.error.name)).toEqual([
      'ConnectionLostError',
      'ConnectionLostError',
    ]);
  });
});
