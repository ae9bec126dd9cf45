import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  AbortedError,
  ConnectError,
  DeadlineError,
  MalformedResultError,
} from '../../clients/typescript/call-errors.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import {
  MethodNotFoundError,
  UnauthorizedError,
  VersionMismatchError,
} from '../../clients/typescript/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { failure } from './failure.ts';
import { FakeServer, gate, NEVER, stepResult } from './fake-server.ts';

const BASH = { environment: 'bash-v1' } as const;

describe('connecting', () => {
  test('tells what the server said of itself', async () => {
    await using server = await FakeServer.start();
    await using client = await StepwellClient.connect(server.url);
    expect(client.handshake.limits.step_timeout_ms).toBe(30_000);
    expect(server.requests[0]?.params).toMatchObject({ protocol_version: 1 });
  });

  test('takes an http address and the full path', async () => {
    await using server = await FakeServer.start();
    await using client = await StepwellClient.connect(`${server.url.replace('ws:', 'http:')}/v1`);
    expect(client.handshake.server.name).toBe('stepwell');
  });

  test('nobody listening is a ConnectError that may be tried again', async () => {
    const server = await FakeServer.start();
    const { url } = server;
    await server[Symbol.asyncDispose]();
    const error = await failure(StepwellClient.connect(url));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
  });

  test.each(['', 'no address', 'ftp://127.0.0.1'])('"%s" is refused as an address', async (address) => {
    const error = await failure(StepwellClient.connect(address));
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ retryable: false });
  });

  test('an HTTP server without a WebSocket is a ConnectError with its status', async () => {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const error = await failure(StepwellClient.connect(`ws://127.0.0.1:${port}`));
    http.close();
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ status: 404, retryable: false });
  });

  test('a server that never answers the upgrade is given up', async () => {
    const http = createServer();
    http.on('upgrade', (_request, socket) => socket.resume());
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const error = await failure(StepwellClient.connect(`ws://127.0.0.1:${port}`, { connectTimeoutMs: 30 }));
    http.closeAllConnections();
    http.close();
    expect(error).toBeInstanceOf(ConnectError);
  });

  test('the token is carried, and a wrong one is UnauthorizedError', async () => {
    await using server = await FakeServer.start({}, { token: 'secret' });
    await using client = await StepwellClient.connect(server.url, { token: 'secret' });
    expect(client.handshake.protocol_version).toBe(1);
    const error = await failure(StepwellClient.connect(server.url, { token: 'guess' }));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ code: -32001, error: 'unauthorized', retryable: false });
  });

  test.each(['two words', 'schlüssel'])(
    'a token that no header can carry goes into initialize: %s',
    async (token) => {
      await using server = await FakeServer.start();
      await using client = await StepwellClient.connect(server.url, { token });
      expect(client.handshake.protocol_version).toBe(1);
      expect(server.requests[0]?.params.token).toBe(token);
    },
  );

  test('another protocol version is VersionMismatchError', async () => {
    await using server = await FakeServer.start({
      initialize: () => {
        throw new ProtocolError('version_mismatch', 'the server speaks 2', { protocol_version: 2 });
      },
    });
    const error = await failure(StepwellClient.connect(server.url));
    expect(error).toBeInstanceOf(VersionMismatchError);
    expect(error).toMatchObject({ details: { protocol_version: 2 } });
  });

  test('an aborted signal gives the connecting up', async () => {
    await using server = await FakeServer.start({ initialize: () => NEVER });
    const controller = new AbortController();
    const connecting = failure(StepwellClient.connect(server.url, { signal: controller.signal }));
    await server.arrived('initialize');
    controller.abort();
    expect(await connecting).toBeInstanceOf(AbortedError);
    expect(await failure(StepwellClient.connect(server.url, { signal: AbortSignal.abort() }))).toBeInstanceOf(
      AbortedError,
    );
  });
});

describe('calls', () => {
  test('answers find their calls in any order', async () => {
    const first = gate();
    await using server = await FakeServer.start({
      'episode/step': async ({ params }) => {
        if (params.episode_id === 'episode-1') await first.opened;
        return stepResult(1, String(params.episode_id));
      },
    });
    await using client = await StepwellClient.connect(server.url, { strict: true });
    const slow = await client.reset(BASH);
    const fast = await client.reset(BASH);
    const slowStep = slow.step('ls');
    expect((await fast.step('ls')).observation.output).toBe('episode-2');
    first.open();
    expect((await slowStep).observation.output).toBe('episode-1');
  });

  test('answers that come as a batch are taken apart', async () => {
    await using server = await FakeServer.start({ 'episode/state': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const calls = ['a', 'b'].map((episode_id) => client.call('episode/state', { episode_id }));
    await server.arrived('episode/state', 2);
    const ids = server.requests.slice(-2).map(({ id }) => id);
    server.send(JSON.stringify(ids.map((id) => ({ jsonrpc: '2.0', id, result: { id } }))));
    expect(await Promise.all(calls)).toEqual(ids.map((id) => ({ id })));
  });

  test('500 concurrent steps of 50 episodes all arrive, those of one episode in order', async () => {
    await using server = await FakeServer.start();
    await using client = await StepwellClient.connect(server.url);
    const episodes = await Promise.all(Array.from({ length: 50 }, () => client.reset(BASH)));
    const results = await Promise.all(
      episodes.flatMap((episode) => Array.from({ length: 10 }, (_, i) => episode.step(`${episode.id} ${i}`))),
    );
    expect(results).toHaveLength(500);
    for (const { id } of episodes) {
      const steps = server.requests.filter(
        ({ method, params }) => method === 'episode/step' && params.episode_id === id,
      );
      expect(steps.map(({ params }) => params.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(steps.map(({ params }) => params.action)).toEqual(steps.map((_, i) => `${id} ${i}`));
    }
    expect(client.inFlight).toBe(0);
  });

  test('a deadline rejects the call, names it, and drops the late answer', async () => {
    const late = gate();
    await using server = await FakeServer.start({
      'episode/evaluate': () => late.opened.then(() => ({ reward: 1 })),
    });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset(BASH);
    const error = await failure(episode.evaluate({ timeoutMs: 5 }));
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toMatchObject({ method: 'episode/evaluate', timeoutMs: 5, mayHaveRun: true });
    late.open();
    expect((await episode.step('ls')).step).toBe(1);
  });

  test('an abort rejects the call with its reason as the cause', async () => {
    await using server = await FakeServer.start({ 'episode/step': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const episode = await client.reset(BASH);
    const controller = new AbortController();
    const step = failure(episode.step('sleep 9', { signal: controller.signal }));
    await server.arrived('episode/step');
    controller.abort('enough');
    expect(await step).toBeInstanceOf(AbortedError);
    expect(await step).toMatchObject({ cause: 'enough', step: 1, mayHaveRun: true });
    const unsent = await failure(episode.step('ls', { signal: AbortSignal.abort() }));
    expect(unsent).toMatchObject({ step: 2, mayHaveRun: false });
    expect(server.requests.filter(({ method }) => method === 'episode/step')).toHaveLength(1);
    expect(client.inFlight).toBe(0);
  });

  test('an episode whose reset was given up is closed when it begins after all', async () => {
    const late = gate();
    const server = await FakeServer.start();
    await using _ = server;
    const reset = server.handlers['episode/reset'];
    server.handlers['episode/reset'] = (...call) => late.opened.then(() => reset?.(...call));
    await using client = await StepwellClient.connect(server.url);
    expect(await failure(client.reset(BASH, { timeoutMs: 5 }))).toBeInstanceOf(DeadlineError);
    late.open();
    await server.arrived('episode/close');
    expect(server.requests.at(-1)?.params).toEqual({ episode_id: 'episode-1' });
  });

  test('strict mode refuses a result that does not fit', async () => {
    await using server = await FakeServer.start({ 'episode/evaluate': () => ({ reward: 'much' }) });
    await using client = await StepwellClient.connect(server.url, { strict: true });
    const episode = await client.reset(BASH);
    expect(await failure(episode.evaluate())).toBeInstanceOf(MalformedResultError);
  });

  test('an unknown method is the server’s error, not the client’s', async () => {
    await using server = await FakeServer.start();
    await using client = await StepwellClient.connect(server.url);
    expect(await failure(client.call('episode/state', { episode_id: 'x' }))).toBeInstanceOf(
      MethodNotFoundError,
    );
  });
});

describe('closing', () => {
  test('closes the open episodes, then the socket, once', async () => {
    await using server = await FakeServer.start();
    const client = await StepwellClient.connect(server.url);
    await client.reset(BASH);
    const closed = await client.reset(BASH);
    await closed.close();
    await Promise.all([client.close(), client.close()]);
    const closes = server.requests.filter(({ method }) => method === 'episode/close');
    expect(closes.map(({ params }) => params.episode_id)).toEqual(['episode-2', 'episode-1']);
    expect(await failure(client.environments())).toMatchObject({
      message: 'connection lost: closed by this client',
      closeCode: 1000,
    });
  });
});
