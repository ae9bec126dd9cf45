import { describe, expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import type { AcquireOptions, QueuePlace, Sandbox } from '../../../docker/sandbox.ts';
import { settled } from '../fake-engine.ts';
import { EPISODE, GRADING, make, watch, withFakeTimers } from './fixture.ts';

withFakeTimers();

const LONG: AcquireOptions = { ...EPISODE, queueTimeoutMs: 600_000 };

/** A pool of one container, which is leased. `now` is a clock that the test moves together with the timers. */
async function full() {
  let now = 0;
  const { pool } = await make({
    images: { bash: { warm: 1 } },
    totalMax: 1,
    gradingReserve: 0,
    now: () => now,
  });
  const sandbox = await pool.acquire(EPISODE);
  return {
    pool,
    sandbox,
    pass: async (ms: number) => {
      now += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

/** Requests that release their sandbox as soon as they get it, and the order in which they got it. */
function served() {
  const order: string[] = [];
  const join = (name: string, acquired: Promise<Sandbox>): void => {
    void acquired.then((sandbox) => {
      order.push(name);
      return sandbox.release();
    });
  };
  return { order, join };
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await settled();
}

describe('the queue of a pool', () => {
  it('serves clients in turns, however many requests each has', async () => {
    const { pool, sandbox } = await full();
    const { order, join } = served();
    const [busy, quiet] = [{}, {}];
    for (const name of ['busy 1', 'busy 2', 'busy 3']) join(name, pool.acquire({ ...LONG, client: busy }));
    join('quiet', pool.acquire({ ...LONG, client: quiet }));
    await sandbox.release();
    await rest();
    expect(order).toEqual(['busy 1', 'quiet', 'busy 2', 'busy 3']);
  });

  it('serves the environments of a client in turns', async () => {
    const { pool, sandbox } = await full();
    const { order, join } = served();
    const client = {};
    for (const name of ['a 1', 'a 2', 'b 1']) {
      join(name, pool.acquire({ ...LONG, client, environment: name.slice(0, 1) }));
    }
    await sandbox.release();
    await rest();
    expect(order).toEqual(['a 1', 'b 1', 'a 2']);
  });

  it('does not let waiting resets hold up a grade', async () => {
    const { pool, sandbox } = await full();
    const { order, join } = served();
    for (const name of ['1', '2', '3']) join(name, pool.acquire(LONG));
    join('grade', pool.acquire({ ...GRADING, queueTimeoutMs: 600_000 }));
    await sandbox.release();
    await rest();
    expect(order.indexOf('grade')).toBeLessThan(2);
  });

  it('tells a request its place at once, and later places at most once a second', async () => {
    const { pool, sandbox, pass } = await full();
    const places: QueuePlace[] = [];
    const first = watch(pool.acquire(LONG));
    const second = pool.acquire({ ...LONG, onQueued: (place) => places.push(place) });
    expect(places).toEqual([{ position: 2, expectedWaitMs: null }]);
    await sandbox.release();
    await rest();
    expect(first.sandbox).not.toBeNull();
    expect(places).toHaveLength(1);
    await pass(1_000);
    expect(places.slice(1)).toEqual([{ position: 1, expectedWaitMs: expect.any(Number) }]);
    await pass(10_000);
    expect(places).toHaveLength(2);
    await first.sandbox?.release();
    await expect(second).resolves.toBeDefined();
  });

  it('expects a wait from how often others got a sandbox', async () => {
    const { pool, sandbox, pass } = await full();
    const others = [watch(pool.acquire(LONG)), watch(pool.acquire(LONG))];
    await pass(4_000);
    await sandbox.release();
    await rest();
    await pass(4_000);
    await others[0]?.sandbox?.release();
    await rest();
    const places: QueuePlace[] = [];
    void pool.acquire(LONG).catch(() => {});
    void pool.acquire({ ...LONG, onQueued: (place) => places.push(place) }).catch(() => {});
    expect(places).toEqual([{ position: 2, expectedWaitMs: 8_000 }]);
  });

  it('reports how long a request waited', async () => {
    const { pool, sandbox, pass } = await full();
    const waited: number[] = [];
    const next = pool.acquire({ ...LONG, onWaited: (ms) => waited.push(ms) });
    await pass(2_500);
    await sandbox.release();
    await next;
    expect(waited).toEqual([2_500]);
  });

  it('says at the deadline where the request was in the queue', async () => {
    const { pool, pass } = await full();
    watch(pool.acquire(LONG));
    const failed = pool.acquire({ ...EPISODE, queueTimeoutMs: 700 }).catch((error: unknown) => error);
    await pass(700);
    const error = await failed;
    expect(error).toBeInstanceOf(SandboxError);
    expect(error).toMatchObject({
      code: 'capacity',
      wait: { queueTimeoutMs: 700, position: 2, expectedWaitMs: null },
    });
  });

  it('does not wait with a wait of 0', async () => {
    const { pool, pass } = await full();
    const refused = watch(pool.acquire({ ...EPISODE, queueTimeoutMs: 0 }));
    await pass(1);
    expect(refused.code).toBe('capacity');
    expect(pool.stats().queued).toBe(0);
  });

  it('lets an aborted request leave at once', async () => {
    const { pool } = await full();
    const leaving = new AbortController();
    const gone = watch(pool.acquire({ ...LONG, signal: leaving.signal }));
    const places: QueuePlace[] = [];
    watch(pool.acquire({ ...LONG, onQueued: (place) => places.push(place) }));
    leaving.abort();
    await settled();
    expect(gone.code).toBe('capacity');
    expect(pool.stats().queued).toBe(1);
  });
});
