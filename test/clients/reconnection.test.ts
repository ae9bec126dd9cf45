import { afterEach, describe, expect, test } from 'vitest';
import {
  ConnectionLostError,
  DeadlineError,
  EpisodeLostError,
} from '../../clients/typescript/call-errors.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { ClientOptions } from '../../clients/typescript/client-options.ts';
import { EpisodeNotFoundError } from '../../clients/typescript/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { startTestServer, type TestServer } from '../server/test-server.ts';
import { failure } from './failure.ts';
import { FakeServer, gate, NEVER, stepResult } from './fake-server.ts';

const FAKE = { environment: 'fake-v1' } as const;
const GRACE = 60_000;

describe('a client whose socket drops, with the real server', () => {
  let server: TestServer;
  let fake: FakeEnvironment;
  const clients: StepwellClient[] = [];

  async function start(settings: Parameters<typeof startTestServer>[1] = {}): Promise<void> {
    fake = new FakeEnvironment();
    server = await startTestServer([fake], { grace_ms: GRACE, ...settings });
  }

  async function connect(options: ClientOptions = {}): Promise<StepwellClient> {
    const client = await StepwellClient.connect(server.url, { strict: true, ...options });
    clients.push(client);
    return client;
  }

  /** Cut every socket, as a network does. */
  const cut = (): void => {
    for (const socket of server.app.fastify.websocketServer.clients) socket.terminate();
  };

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await server.close();
  });

  test('in mid-step sees nothing of it, and the step runs once', async () => {
    await start();
    const episode = await (await connect()).reset(FAKE);
    const step = episode.step('wait go');
    await fake.reached('go');
    cut();
    fake.open('go');
    expect(await step).toMatchObject({ step: 1, observation: { output: 'waited\n' } });
    expect(await episode.step('echo on')).toMatchObject({ step: 2, observation: { output: 'on\n' } });
    expect(fake.plays[0]?.acted).toEqual(['wait go', 'echo on']);
  });

  test('in mid-grade gets its reward', async () => {
    await start();
    const episode = await (await connect()).reset(FAKE);
    fake.gradeGate = 'grade';
    const submit = episode.submit('gold');
    await fake.reached('grade');
    cut();
    fake.open('grade');
    expect(await submit).toMatchObject({ reward: 1, terminated: true });
    expect(fake.plays[0]?.gradings).toHaveLength(1);
  });

  test('again and again keeps the order of many steps of many episodes', async () => {
    await start();
    const client = await connect();
    const episodes = await Promise.all(Array.from({ length: 10 }, () => client.reset(FAKE)));
    const results = episodes.map((episode) =>
      Promise.all(Array.from({ length: 30 }, (_, i) => episode.step(`echo ${i}`))),
    );
    for (let drop = 0; drop < 5; drop += 1) {
      await expect.poll(() => server.app.fastify.websocketServer.clients.size).toBe(1);
      cut();
    }
    for (const result of results) {
      const outputs = (await result).map(({ observation }) => observation.output);
      expect(outputs).toEqual(Array.from({ length: 30 }, (_, i) => `${i}\n`));
    }
    for (const { acted } of fake.plays) expect(acted).toHaveLength(30);
    expect(server.app.registry.openCount).toBe(10);
    await client.close();
    expect(server.app.registry.openCount).toBe(0);
  });

  test('while it is idle goes on with the next call, of any kind', async () => {
    await start();
    const client = await connect();
    const episode = await client.reset(FAKE);
    cut();
    await expect.poll(() => server.app.fastify.websocketServer.clients.size).toBe(1);
    cut();
    expect((await client.environments())[0]?.id).toBe('fake-v1');
    expect(await episode.evaluate()).toMatchObject({ reward: 0 });
    expect((await client.reset(FAKE)).id).not.toBe(episode.id);
    await episode.close();
    expect(fake.plays[0]?.released).toBe(1);
  });

  test('later than the grace time gets EpisodeLostError, and can begin another episode', async () => {
    await start({ grace_ms: 1 });
    const client = await connect({ reconnectMs: GRACE });
    const episode = await client.reset(FAKE);
    const step = failure(episode.step('wait never'));
    await fake.reached('never');
    cut();
    const error = await step;
    expect(error).toBeInstanceOf(EpisodeLostError);
    expect(error).toMatchObject({ episodeId: episode.id, step: 1, mayHaveRun: true, maskSample: true });
    expect(error).toMatchObject({ cause: expect.any(EpisodeNotFoundError) });
    expect(await failure(episode.step('ls'))).toMatchObject({ name: 'EpisodeLostError', mayHaveRun: false });
    await episode.close();
    expect(await (await client.reset(FAKE)).step('echo new')).toMatchObject({ step: 1 });
  });

  test('that another client has resumed leaves its episode there, also after a drop', async () => {
    await start();
    const [client, other] = [await connect(), await connect({ reconnectMs: 0 })];
    const episode = await client.reset(FAKE);
    const resume_token = episode.resumeToken;
    expect(await other.call('episode/resume', { resume_token })).toMatchObject({ exact: true });
    const error = await failure(episode.step('ls'));
    expect(error).toBeInstanceOf(EpisodeNotFoundError);
    expect(error).toMatchObject({ details: { moved: true } });
    const [first] = server.app.fastify.websocketServer.clients;
    first?.terminate();
    await client.environments();
    expect(
      await other.call('episode/step', { episode_id: episode.id, step: 1, action: 'echo mine' }),
    ).toEqual(expect.objectContaining({ step: 1 }));
  });

  test('without reconnectMs rejects its calls', async () => {
    await start();
    const client = await connect({ reconnectMs: 0 });
    const episode = await client.reset(FAKE);
    const step = failure(episode.step('wait never'));
    await fake.reached('never');
    cut();
    expect(await step).toBeInstanceOf(ConnectionLostError);
    await client.closed;
  });
});

describe('a client whose socket drops, with a scripted server', () => {
  const limits = { max_frame_bytes: 1_000, max_episodes: 9, max_episodes_per_connection: 9 };
  const resumed = (episode_id: string, more: object = {}) => ({
    episode_id,
    environment: 'bash-v1',
    task: { id: 'count-files', index: 0, dataset: 'builtin', instruction: 'Count the files.' },
    status: 'ready',
    step_count: 0,
    exact: true,
    ...more,
  });
  const withGrace = (handlers: Parameters<typeof FakeServer.start>[0] = {}) =>
    FakeServer.start({
      initialize: () => ({
        protocol_version: 1,
        server: { name: 'stepwell', version: '0.1.0' },
        limits: { ...limits, step_timeout_ms: 30_000, queue_timeout_ms: 30_000, grace_ms: GRACE },
      }),
      'episode/resume': () => resumed('episode-1'),
      ...handlers,
    });

  test.each([false, true])('goes on inexactly only with acceptInexact: %s', async (acceptInexact) => {
    await using server = await withGrace({ 'episode/resume': () => resumed('episode-1', { exact: false }) });
    await using client = await StepwellClient.connect(server.url, { acceptInexact });
    const episode = await client.reset({ environment: 'bash-v1' });
    server.cut();
    const step = episode.step('ls');
    if (acceptInexact) expect(await step).toMatchObject({ step: 1 });
    else {
      expect(await failure(step)).toMatchObject({ name: 'EpisodeLostError', episodeId: episode.id });
      await server.arrived('episode/close');
    }
  });

  test('asks again while the server has no sandbox for its episode', async () => {
    let refusals = 2;
    await using server = await withGrace({
      'episode/resume': () => {
        if (refusals-- > 0) throw new ProtocolError('capacity', 'no sandbox is free');
        return resumed('episode-1');
      },
    });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset({ environment: 'bash-v1' });
    server.cut();
    expect(await episode.step('ls')).toMatchObject({ step: 1 });
  });

  test('sends the calls of other episodes while one is being resumed', async () => {
    const slow = gate();
    await using server = await withGrace({
      'episode/resume': async ({ params }) => {
        if (params.resume_token === 'slow') await slow.opened;
        return resumed(params.resume_token === 'slow' ? 'episode-1' : 'episode-2');
      },
    });
    const reset = server.handlers['episode/reset'];
    let resets = 0;
    server.handlers['episode/reset'] = (request, socket) =>
      Object.assign(Object(reset?.(request, socket)), { resume_token: resets++ === 0 ? 'slow' : 'quick' });
    await using client = await StepwellClient.connect(server.url);
    const [late, early] = [
      await client.reset({ environment: 'bash-v1' }),
      await client.reset({ environment: 'bash-v1' }),
    ];
    server.cut();
    const waiting = late.step('ls');
    expect(await early.step('ls')).toMatchObject({ step: 1 });
    slow.open();
    expect(await waiting).toMatchObject({ step: 1 });
  });

  test('keeps the deadlines of calls that wait', async () => {
    await using server = await withGrace({ 'episode/resume': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset({ environment: 'bash-v1' });
    server.cut();
    await server.arrived('episode/resume');
    const error = await failure(episode.step('ls', { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toMatchObject({ mayHaveRun: false });
    await server[Symbol.asyncDispose]();
  });

  test('gives up after reconnectMs, and says why', async () => {
    const server = await withGrace({ 'episode/step': () => NEVER });
    await using client = await StepwellClient.connect(server.url, { reconnectMs: 30 });
    const episode = await client.reset({ environment: 'bash-v1' });
    const step = failure(episode.step('ls'));
    await server.arrived('episode/step');
    await server[Symbol.asyncDispose]();
    const error = await step;
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({
      mayHaveRun: true,
      message: expect.stringContaining('no connection again within 30 ms'),
    });
    await client.closed;
  });

  test.each([1002, 1008, 1009])('does not come back after close code %i', async (code) => {
    await using server = await withGrace({
      'episode/step': (_request, socket) => {
        socket.close(code);
        return NEVER;
      },
    });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset({ environment: 'bash-v1' });
    expect(await failure(episode.step('ls'))).toMatchObject({ name: 'ConnectionLostError', closeCode: code });
  });

  test('does not repeat a step without a number', async () => {
    await using server = await withGrace({ 'episode/step': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const { id: episode_id } = await client.reset({ environment: 'bash-v1' });
    const step = failure(client.call('episode/step', { episode_id, action: 'ls' }));
    await server.arrived('episode/step');
    server.handlers['episode/step'] = () => stepResult(1, 'again');
    server.cut();
    expect(await step).toMatchObject({
      name: 'InterruptedError',
      mayHaveRun: true,
      remedy: expect.stringContaining('connects again'),
    });
    expect(await client.call('episode/step', { episode_id, step: 1, action: 'ls' })).toMatchObject({
      step: 1,
    });
  });

  test.each(['before', 'after'])('counts on from an undo that was made %s it was resumed', async (when) => {
    await using server = await withGrace({
      'episode/undo': () => NEVER,
      'episode/resume': () => resumed('episode-1', { step_count: when === 'before' ? 1 : 3 }),
    });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset({ environment: 'bash-v1' });
    for (const action of ['a', 'b', 'c']) await episode.step(action);
    const undo = failure(episode.undo(2));
    await server.arrived('episode/undo');
    server.handlers['episode/step'] = ({ params: { action, step } }) => {
      if (step !== 2) throw new ProtocolError('step_out_of_order', 'step 2 is next', { expected: 2 });
      return stepResult(2, String(action));
    };
    server.cut();
    expect(await undo).toMatchObject({ name: 'InterruptedError', mayHaveRun: true });
    // It waits until the episode is resumed.
    await episode.evaluate();
    expect(episode.nextStep).toBe(when === 'before' ? 2 : 4);
    expect(await episode.step('d')).toMatchObject({ step: 2, observation: { output: 'd' } });
    expect(episode.nextStep).toBe(3);
  });

  test('does not repeat a reset that names its episode', async () => {
    await using server = await withGrace({ 'episode/reset': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const reset = failure(client.reset({ environment: 'bash-v1', episode_id: 'mine' }));
    await server.arrived('episode/reset');
    server.handlers['episode/reset'] = () => {
      throw new ProtocolError('episode_exists', 'it is open');
    };
    server.cut();
    expect(await reset).toMatchObject({ name: 'InterruptedError', mayHaveRun: true });
  });

  test('tries another socket when one is not answered, and closes that one', async () => {
    await using server = await withGrace();
    const { initialize } = server.handlers;
    await using client = await StepwellClient.connect(server.url, { connectTimeoutMs: 200 });
    const episode = await client.reset({ environment: 'bash-v1' });
    const sockets: { readonly readyState: number }[] = [];
    server.handlers.initialize = (request, socket) => {
      sockets.push(socket);
      return sockets.length === 1 ? NEVER : initialize?.(request, socket);
    };
    server.cut();
    expect(await episode.step('ls')).toMatchObject({ step: 1 });
    await expect.poll(() => sockets.map(({ readyState }) => readyState)).toEqual([3, 1]);
  });

  test('ends when the next server refuses it', async () => {
    await using server = await withGrace();
    await using client = await StepwellClient.connect(server.url);
    server.handlers.initialize = () => {
      throw new ProtocolError('version_mismatch', 'the server speaks 2', { protocol_version: 2 });
    };
    server.cut();
    expect(await failure(client.environments())).toMatchObject({
      name: 'ConnectionLostError',
      cause: { name: 'VersionMismatchError' },
    });
    await client.closed;
  });

  test('closes at once while it has no connection', async () => {
    const server = await withGrace();
    const client = await StepwellClient.connect(server.url);
    await client.environments().catch(() => undefined);
    await server[Symbol.asyncDispose]();
    await client.close();
    expect(await failure(client.environments())).toMatchObject({ closeCode: 1000 });
  });
});
