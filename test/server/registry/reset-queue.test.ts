import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../server/config/config.ts';
import { PooledEnvironment } from '../pooled-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

let server: TestServer;
let environment: PooledEnvironment;
const wires: Wire[] = [];

afterEach(async () => {
  for (const wire of wires.splice(0)) wire.socket.terminate();
  await server.close();
  await environment.pool.drain(0);
});

async function start(sandboxes: number, settings: ConfigInput = {}): Promise<void> {
  environment = new PooledEnvironment(sandboxes);
  server = await startTestServer([environment], settings);
}

async function connect(path = '/v1'): Promise<Wire> {
  const wire = await Wire.connect(`${server.url}${path}`);
  wires.push(wire);
  return wire;
}

/** Settles when so many requests wait in the pool. */
async function queued(count: number): Promise<void> {
  while (environment.pool.stats().queued !== count) await new Promise((resolve) => setImmediate(resolve));
}

type Frame = Readonly<Record<string, unknown>>;

describe('the queue of resets', () => {
  it('serves 100 resets over 8 sandboxes to a client that waits', async () => {
    await start(8);
    const wire = await connect();
    for (let reset = 0; reset < 100; reset += 1) {
      wire.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    }
    const begun = new Set<unknown>();
    const failed: Frame[] = [];
    while (begun.size + failed.length < 100) {
      const { error, result } = await wire.frame();
      if (error !== undefined) failed.push(error as Frame);
      const episode = (result as Frame | undefined)?.episode_id;
      if (episode === undefined) continue;
      begun.add(episode);
      wire.send({ jsonrpc: '2.0', method: 'episode/close', params: { episode_id: episode } });
    }
    expect(failed).toEqual([]);
  });

  it('tells a waiting reset its place, and in info how long it waited', async () => {
    await start(1);
    const wire = await connect();
    const first = await wire.reset();
    const id = wire.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    expect(await wire.frame()).toEqual({
      jsonrpc: '2.0',
      method: 'episode/queued',
      params: { request_id: id, environment: 'fake-v1', position: 1, expected_wait_ms: null },
    });
    wire.send({ jsonrpc: '2.0', method: 'episode/close', params: { episode_id: first } });
    const { result } = (await wire.frame()) as { result: { info: { queue_ms: number } } };
    expect(result.info.queue_ms).toBeGreaterThan(0);
  });

  it('says 0 ms for a reset that did not wait', async () => {
    await start(1);
    const wire = await connect();
    const { info } = (await wire.result('episode/reset', { environment: 'fake-v1' })) as { info: Frame };
    expect(info.queue_ms).toBe(0);
  });

  it('answers `capacity` with the place once the wait is over', async () => {
    await start(1);
    const wire = await connect();
    await wire.reset();
    wire.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 20 });
    expect((await wire.frame()).method).toBe('episode/queued');
    expect((await wire.frame()).error).toMatchObject({
      code: -32040,
      data: {
        name: 'capacity',
        retryable: true,
        queue_timeout_ms: 20,
        position: 1,
        expected_wait_ms: null,
      },
    });
  });

  it("waits as long as the server's setting says if the reset does not", async () => {
    await start(1, { queue_timeout_ms: 30 });
    const wire = await connect();
    await wire.reset();
    wire.request('episode/reset', { environment: 'fake-v1' });
    await wire.frame();
    expect((await wire.frame()).error).toMatchObject({ data: { queue_timeout_ms: 30 } });
  });

  it('tells clients its setting', async () => {
    await start(1, { queue_timeout_ms: 30, max_episodes_per_connection: 7 });
    const wire = await connect();
    const { limits } = await wire.result('initialize', { protocol_version: 1 });
    expect(limits).toMatchObject({ queue_timeout_ms: 30, max_episodes_per_connection: 7 });
  });

  it('answers at once with a wait of 0', async () => {
    await start(1);
    const wire = await connect();
    await wire.reset();
    wire.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 0 });
    await wire.frame();
    expect((await wire.frame()).error).toMatchObject({ data: { name: 'capacity', queue_timeout_ms: 0 } });
  });

  it('lets a client that goes away leave the queue', async () => {
    await start(1);
    const [stays, goes] = [await connect(), await connect()];
    await stays.reset();
    for (let reset = 0; reset < 5; reset += 1) {
      goes.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    }
    await queued(5);
    goes.socket.terminate();
    await queued(0);
  });

  it('lets connections take turns', async () => {
    await start(1);
    const [busy, quiet] = [await connect(), await connect()];
    const first = await busy.reset();
    for (let reset = 0; reset < 20; reset += 1) {
      busy.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    }
    await queued(20);
    quiet.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    expect((await quiet.frame()).params).toMatchObject({ position: 2 });
    busy.send({ jsonrpc: '2.0', method: 'episode/close', params: { episode_id: first } });
    for (;;) {
      const { result } = await busy.frame();
      if (result === undefined) continue;
      const { episode_id } = result as Frame;
      busy.send({ jsonrpc: '2.0', method: 'episode/close', params: { episode_id } });
      break;
    }
    for (let next = await quiet.frame(); next.result === undefined; next = await quiet.frame()) {
      expect(next.method).toBe('episode/queued');
    }
    expect(environment.pool.stats().queued).toBe(19);
  });

  it("serves OpenEnv's clients in the same queue", async () => {
    await start(1);
    const [native, openenv] = [await connect(), await connect('/openenv/fake-v1/ws')];
    const first = await native.reset();
    openenv.send({ type: 'reset', data: { queue_timeout_ms: 600_000 } });
    await queued(1);
    native.request('episode/reset', { environment: 'fake-v1', queue_timeout_ms: 600_000 });
    expect((await native.frame()).params).toMatchObject({ position: 2 });
    native.send({ jsonrpc: '2.0', method: 'episode/close', params: { episode_id: first } });
    expect(await openenv.frame()).toMatchObject({ type: 'observation' });
  });
});
