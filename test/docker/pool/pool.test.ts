import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import type { AcquireOptions, Sandbox } from '../../../docker/sandbox.ts';
import { FakeEngine, Gate, settled } from '../fake-engine.ts';
import { EPISODE, GRADING, make, RUN, unstarted, watch, withFakeTimers } from './fixture.ts';

withFakeTimers();

describe('a pool at work', () => {
  it('starts the warm containers in the background, a few at a time', async () => {
    const engine = new FakeEngine();
    const gates: Gate[] = [];
    engine.onStart = () => {
      const gate = new Gate();
      gates.push(gate);
      return gate.opened;
    };
    const { pool } = unstarted(engine, { images: { bash: { warm: 5 } }, parallelStarts: 2 });
    await settled();
    expect(engine.asked).toHaveLength(0);
    pool.start();
    await settled();
    expect(gates).toHaveLength(2);
    gates[0]?.open();
    await settled();
    expect(gates).toHaveLength(3);
    for (let i = 1; i < 5; i += 1) {
      gates[i]?.open();
      await settled();
    }
    expect(gates).toHaveLength(5);
    expect(pool.stats().images.bash?.states).toMatchObject({ starting: 0, ready: 5 });
  });

  it('leases a warm container without a word to its runner', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    expect(engine.container(0).runner.requests).toEqual([]);
    expect(sandbox).toMatchObject({ id: 'fake-0', engine: 'local', isolation: 'layer' });
    expect(sandbox.image).toEqual({ name: 'bash', digest: 'sha256:bash' });
    expect(String((await sandbox.run(RUN)).output)).toBe('true');
  });

  it('starts a container of an image that nobody configured when it is asked for', async () => {
    const { engine, pool } = await make({ defaultMax: 1 });
    const first = await pool.acquire({ image: 'other', purpose: 'episode' });
    expect(first.image.name).toBe('other');
    const second = watch(pool.acquire({ image: 'other', purpose: 'episode' }));
    await settled();
    expect(second.sandbox).toBeNull();
    expect(engine.containers).toHaveLength(1);
  });

  it('resets a released container and hands it straight to the next one who waits', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const first = await pool.acquire(EPISODE);
    await first.putFiles([{ path: '/mine', type: 'file', content: 'secret' }]);
    const gate = new Gate();
    engine.container(0).runner.answer('reset', async () => {
      await gate.opened;
      return {};
    });
    const next = watch(pool.acquire(EPISODE));
    await first.release();
    await settled();
    expect(next.sandbox).toBeNull();
    expect(pool.stats().images.bash?.states).toMatchObject({ resetting: 1, ready: 0 });
    gate.open();
    await settled();
    expect(next.sandbox?.id).toBe(first.id);
    expect(pool.stats()).toMatchObject({ started: 1, reset: 1, replaced: 0, queued: 0 });
  });

  it('gives the next holder nothing of the last one', async () => {
    const { pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const first = await pool.acquire(EPISODE);
    await first.putFiles([{ path: '/mine', type: 'file', content: 'secret' }]);
    await first.release();
    const second = await pool.acquire(EPISODE);
    await expect(second.getFile('/mine')).rejects.toMatchObject({ code: 'path_not_found' });
    await expect(first.getFile('/mine')).rejects.toMatchObject({ code: 'died' });
  });

  it('takes a lease back once, however often it is released', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const first = await pool.acquire(EPISODE);
    await Promise.all([first.release(), first.release()]);
    const second = await pool.acquire(EPISODE);
    await first.release();
    await first[Symbol.asyncDispose]();
    await settled();
    expect(engine.container(0).runner.count('reset')).toBe(1);
    expect(pool.stats().images.bash?.states).toMatchObject({ leased: 1 });
    await second.run(RUN);
  });

  it('removes a container after each lease in replace isolation and starts another', async () => {
    const { engine, pool, events } = await make({ images: { bash: { warm: 1, max: 1 } } }, 'replace');
    const first = await pool.acquire(EPISODE);
    expect(first.isolation).toBe('replace');
    const next = watch(pool.acquire(EPISODE));
    await first.release();
    await settled();
    expect(next.sandbox?.id).toBe('fake-1');
    expect(engine.container(0)).toMatchObject({ removed: true });
    expect(engine.container(0).runner.count('reset')).toBe(0);
    expect(engine.peak).toBe(1);
    expect(pool.stats()).toMatchObject({ replaced: 1, reset: 0 });
    expect(events.map((event) => event.type)).toEqual(['started', 'removed', 'started']);
  });

  it('refuses options that contradict each other', () => {
    const engine = new FakeEngine();
    expect(() => new SandboxPool(engine, { images: { a: { warm: 3, max: 2 } } })).toThrow(RangeError);
    const together = { images: { a: { warm: 3 }, b: { warm: 3 } }, totalMax: 5 };
    expect(() => new SandboxPool(engine, together)).toThrow(RangeError);
    expect(() => new SandboxPool(engine, { parallelStarts: 0 })).toThrow(RangeError);
  });

  it('starts containers with the limits and the network of their image', async () => {
    const engine = new FakeEngine();
    const onStart = vi.fn();
    engine.onStart = (_, options) => onStart(options);
    const images = { net: { network: 'bridge', limits: { pids: 7 } } } as const;
    const { pool } = unstarted(engine, { images, limits: { cpus: 2 } });
    await pool.acquire({ image: 'net', purpose: 'episode' });
    await pool.acquire({ image: 'plain', purpose: 'episode' });
    expect(onStart.mock.calls).toMatchObject([
      [{ image: 'net', network: 'bridge', limits: { pids: 7, cpus: 2 } }],
      [{ image: 'plain', network: 'none', limits: { pids: 256, cpus: 2 } }],
    ]);
  });
});

describe("a pool's queue", () => {
  it('serves first come, first served', async () => {
    const { pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    let holder = await pool.acquire(EPISODE);
    const served: number[] = [];
    const waiters = [0, 1, 2].map(async (n) => {
      const sandbox = await pool.acquire(EPISODE);
      served.push(n);
      return sandbox;
    });
    for (const waiter of waiters) {
      await holder.release();
      holder = await waiter;
    }
    expect(served).toEqual([0, 1, 2]);
  });

  it('sends home who waits past the deadline, and nobody else', async () => {
    const { pool } = await make({ images: { bash: { warm: 1, max: 1 } }, queueTimeoutMs: 100 });
    const holder = await pool.acquire(EPISODE);
    const impatient = watch(pool.acquire({ ...EPISODE, queueTimeoutMs: 50 }));
    const usual = watch(pool.acquire(EPISODE));
    const patient = watch(pool.acquire({ ...EPISODE, queueTimeoutMs: 500 }));
    await vi.advanceTimersByTimeAsync(50);
    expect([impatient.code, usual.code]).toEqual(['capacity', null]);
    await vi.advanceTimersByTimeAsync(50);
    expect([usual.code, patient.code]).toEqual(['capacity', null]);
    expect(pool.stats().queued).toBe(1);
    await holder.release();
    await settled();
    expect(patient.sandbox).not.toBeNull();
  });

  it('lets go who aborts, and who had aborted before', async () => {
    const { pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const holder = await pool.acquire(EPISODE);
    const controller = new AbortController();
    const leaving = watch(pool.acquire({ ...EPISODE, signal: controller.signal }));
    const staying = watch(pool.acquire(EPISODE));
    controller.abort();
    await settled();
    expect(leaving.code).toBe('capacity');
    const late = pool.acquire({ ...EPISODE, signal: controller.signal });
    await expect(late).rejects.toMatchObject({ code: 'capacity' });
    await holder.release();
    await settled();
    expect(staying.sandbox).not.toBeNull();
    expect(pool.stats().queued).toBe(0);
  });

  it('leaves no listener on a signal that outlives the wait', async () => {
    const { pool } = await make();
    const { signal } = new AbortController();
    const acquired = pool.acquire({ ...EPISODE, signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await acquired;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('starts no more containers than are needed for those who wait', async () => {
    const { engine, pool } = await make({ parallelStarts: 8 });
    const waiting = [1, 2, 3].map(() => pool.acquire(EPISODE));
    await Promise.all(waiting);
    expect(engine.asked).toHaveLength(3);
  });

  it('keeps a reserve for grading alone, beyond every maximum', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 2, max: 2 } }, totalMax: 2 });
    const episodes = [await pool.acquire(EPISODE), await pool.acquire(EPISODE)];
    const episode = watch(pool.acquire(EPISODE));
    const graders = [await pool.acquire(GRADING), await pool.acquire(GRADING)];
    const third = watch(pool.acquire(GRADING));
    await settled();
    expect([episode.sandbox, third.sandbox]).toEqual([null, null]);
    expect(engine.peak).toBe(4);

    await graders[0]?.release();
    await settled();
    expect(third.sandbox?.id).toBe(graders[0]?.id);
    await third.sandbox?.release();
    await graders[1]?.release();
    await settled();
    expect(episode.sandbox).toBeNull();
    expect(graders.map(({ id }) => id)).toContain((await pool.acquire(GRADING)).id);

    await episodes[0]?.release();
    await settled();
    expect(episode.sandbox?.id).toBe(episodes[0]?.id);
    expect(engine.asked).toHaveLength(4);
  });

  it('moves the reserve to the image that grading needs', async () => {
    const { engine, pool } = await make({ totalMax: 1, gradingReserve: 1 });
    await pool.acquire(EPISODE);
    const grader = await pool.acquire(GRADING);
    await grader.release();
    await settled();
    expect((await pool.acquire({ image: 'other', purpose: 'grading' })).image.name).toBe('other');
    expect(engine.peak).toBe(2);
  });
});

describe('a pool of several images', () => {
  const OTHER: AcquireOptions = { image: 'other', purpose: 'episode' };

  it('gives up a free container beyond warm when another image needs its place', async () => {
    const { engine, pool, events } = await make({ images: { bash: { warm: 1 } }, totalMax: 2 });
    const held = [await pool.acquire(EPISODE), await pool.acquire(EPISODE)];
    for (const sandbox of held) await sandbox.release();
    await settled();
    expect((await pool.acquire(OTHER)).image.name).toBe('other');
    expect(engine.peak).toBe(2);
    expect(events).toContainEqual(expect.objectContaining({ type: 'removed', cause: 'room' }));
    expect(pool.stats()).toMatchObject({ replaced: 0, images: { bash: { states: { ready: 1 } } } });
    const blocked = watch(pool.acquire(OTHER));
    await settled();
    expect(blocked.sandbox).toBeNull();
    expect(pool.stats().images.bash?.states.ready).toBe(1);
  });

  it('does not starve an image without containers behind one with a long queue', async () => {
    const { engine, pool } = await make({ totalMax: 1 });
    let holder = await pool.acquire(EPISODE);
    const order: string[] = [];
    const wait = async (options: AcquireOptions): Promise<Sandbox> => {
      const sandbox = await pool.acquire(options);
      order.push(sandbox.image.name);
      return sandbox;
    };
    const waiting = [wait(EPISODE), wait(OTHER), wait(EPISODE)];
    for (const waiter of waiting) {
      await holder.release();
      holder = await waiter;
    }
    expect(order).toEqual(['bash', 'other', 'bash']);
    expect(engine.peak).toBe(1);
  });

  it('waits for the removal that makes room before it starts the next container', async () => {
    const { engine, pool } = await make({ totalMax: 1 });
    const sandbox = await pool.acquire(EPISODE);
    await sandbox.release();
    await settled();
    const gate = new Gate();
    engine.container(0).removeGate = gate;
    const other = watch(pool.acquire(OTHER));
    await settled();
    expect(engine.asked).toHaveLength(1);
    expect(pool.stats().images.bash?.states).toMatchObject({ gone: 1 });
    gate.open();
    await settled();
    expect(other.sandbox?.image.name).toBe('other');
  });
});
