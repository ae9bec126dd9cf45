import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConnectionLostError, OverloadedError } from '../../clients/typescript/call-errors.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { failure } from './failure.ts';
import { FakeServer, gate, NEVER } from './fake-server.ts';

const BASH = { environment: 'bash-v1' } as const;

describe('losing the socket', () => {
  test('rejects every pending and every later call', async () => {
    await using server = await FakeServer.start({ 'episode/step': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const episodes = await Promise.all([client.reset(BASH), client.reset(BASH)]);
    const steps = episodes.map((episode) => failure(episode.step('ls')));
    await server.arrived('episode/step', 2);
    server.cut();
    for (const step of steps) {
      expect(await step).toBeInstanceOf(ConnectionLostError);
      expect(await step).toMatchObject({ step: 1, mayHaveRun: true, closeCode: 1006, retryable: false });
    }
    await client.closed;
    const later = await failure(client.environments());
    expect(later).toBeInstanceOf(ConnectionLostError);
    expect(later).toMatchObject({ mayHaveRun: false });
  });

  test('tells the close code and the reason of an orderly end', async () => {
    await using server = await FakeServer.start({
      'environments/list': (_request, socket) => {
        socket.close(1001, 'shutting down');
        return NEVER;
      },
    });
    await using client = await StepwellClient.connect(server.url);
    const error = await failure(client.environments());
    expect(error).toMatchObject({ closeCode: 1001, message: 'connection lost: shutting down' });
  });

  test('a server that does not answer pings is given up', async () => {
    await using server = await FakeServer.start({ 'environments/list': () => NEVER }, { autoPong: false });
    await using client = await StepwellClient.connect(server.url, { heartbeatMs: 10 });
    const error = await failure(client.environments());
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ message: expect.stringContaining('nothing received') });
  });

  test('a frame that is not JSON ends the connection', async () => {
    await using server = await FakeServer.start({ 'environments/list': () => NEVER });
    await using client = await StepwellClient.connect(server.url);
    const call = failure(client.environments());
    await server.arrived('environments/list');
    server.send('nonsense');
    expect(await call).toMatchObject({ closeCode: 1002, cause: expect.any(SyntaxError) });
  });

  test('frames that answer nothing are ignored', async () => {
    await using server = await FakeServer.start();
    await using client = await StepwellClient.connect(server.url);
    for (const text of ['null', '7', '[null]', '{"id":null}', '{"id":99,"result":1}', '{"method":"x"}']) {
      server.send(text);
    }
    expect((await client.reset(BASH)).id).toBe('episode-1');
  });
});

describe('limits', () => {
  test('more calls than maxInFlight are refused without being sent', async () => {
    await using server = await FakeServer.start({ 'tasks/list': () => NEVER });
    await using client = await StepwellClient.connect(server.url, { maxInFlight: 2 });
    const waiting = [client.tasks(BASH), client.tasks(BASH)].map(failure);
    const error = await failure(client.tasks(BASH));
    expect(error).toBeInstanceOf(OverloadedError);
    expect(error).toMatchObject({ retryable: true, mayHaveRun: false });
    await client.close();
    for (const call of waiting) expect(await call).toBeInstanceOf(ConnectionLostError);
  });

  test('a server that stops reading makes calls fail instead of filling the memory', async () => {
    await using server = await FakeServer.start({
      'environments/list': (_request, socket) => {
        socket.pause();
        return NEVER;
      },
    });
    await using client = await StepwellClient.connect(server.url, { maxBufferedBytes: 1_000_000 });
    const calls = [failure(client.environments())];
    const big = 'x'.repeat(4_000_000);
    for (let i = 0; i < 8; i++) {
      calls.push(failure(client.call('episode/step', { episode_id: 'e', action: big })));
    }
    expect(await calls.at(-1)).toBeInstanceOf(OverloadedError);
    server.cut();
    await Promise.all(calls);
  });
});

test.each([Number.POSITIVE_INFINITY, 2 ** 31])(
  '%d milliseconds are the longest time there is',
  async (ms) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { open, opened } = gate();
    const environments = () => opened.then(() => ({ environments: [] }));
    // A heart that beats too often would find the server dead.
    await using server = await FakeServer.start({ 'environments/list': environments }, { autoPong: false });
    const times = { connectTimeoutMs: ms, timeoutMs: ms, heartbeatMs: ms };
    await using client = await StepwellClient.connect(server.url, times);
    const calls = [client.environments(), client.environments({ timeoutMs: ms })];
    await server.arrived('environments/list', 2);
    await vi.advanceTimersByTimeAsync(600_000);
    open();
    expect(await Promise.all(calls)).toEqual([[], []]);
  },
);
