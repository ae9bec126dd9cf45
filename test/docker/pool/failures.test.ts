import { describe, expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { FakeEngine, Gate, type Handler, refusal, SILENCE, settled } from '../fake-engine.ts';
import { EPISODE, make, RUN, unstarted, watch, withFakeTimers } from './fixture.ts';

withFakeTimers();

describe('a pool with broken containers', () => {
  it('tells the holder of a container that died, replaces it, and takes its late release', async () => {
    const { engine, pool, events } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('run', () => SILENCE);
    const run = expect(sandbox.run(RUN)).rejects.toMatchObject({ code: 'died', actionMayHaveRun: true });
    engine.container(0).die('out of memory');
    await run;
    await settled();
    expect(pool.stats()).toMatchObject({
      replaced: 1,
      images: { bash: { states: { ready: 1, leased: 0 } } },
    });
    await sandbox.release();
    await settled();
    expect(engine.container(0).removed).toBe(true);
    expect(engine.containers).toHaveLength(2);
    expect(events).toContainEqual(expect.objectContaining({ type: 'removed', id: 'fake-0', cause: 'died' }));
  });

  it('replaces a free container that died', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1 } } });
    engine.container(0).die();
    await settled();
    expect((await pool.acquire(EPISODE)).id).toBe('fake-1');
  });

  it('replaces a container whose runner fell silent in a run, before it is released', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } }, channel: { graceMs: 500 } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('run', () => SILENCE);
    const run = expect(sandbox.run(RUN)).rejects.toMatchObject({
      code: 'unresponsive',
      actionMayHaveRun: true,
    });
    await vi.advanceTimersByTimeAsync(1_500);
    await run;
    await settled();
    expect((await pool.acquire(EPISODE)).id).toBe('fake-1');
    expect(engine.alive).toHaveLength(1);
  });

  it('never reuses a container whose runner reported a fault', async () => {
    const { engine, pool, events } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('diff', () => refusal('fault'));
    await expect(sandbox.diff()).rejects.toMatchObject({ code: 'runner_fault' });
    await sandbox.release();
    expect((await pool.acquire(EPISODE)).id).toBe('fake-1');
    expect(events).toContainEqual(expect.objectContaining({ id: 'fake-0', cause: 'poisoned' }));
  });

  it('resets a container that is released with a call under way, which the runner then gives up', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    const { runner } = engine.container(0);
    const gate = new Gate();
    runner.answer('run', async () => {
      await gate.opened;
      return refusal('abandoned');
    });
    const run = expect(sandbox.run(RUN)).rejects.toMatchObject({ code: 'died' });
    await sandbox.release();
    gate.open();
    await run;
    expect((await pool.acquire(EPISODE)).id).toBe('fake-0');
    expect(runner.layers).toBe(2);
  });

  it('replaces a container whose call under way is not given up', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('run', () => SILENCE);
    const run = expect(sandbox.run(RUN)).rejects.toMatchObject({
      code: 'unresponsive',
      actionMayHaveRun: true,
    });
    await sandbox.release();
    const next = watch(pool.acquire({ ...EPISODE, queueTimeoutMs: 300_000 }));
    await vi.advanceTimersByTimeAsync(60_000);
    await run;
    await settled();
    expect(next.sandbox?.id).toBe('fake-1');
  });

  it.each<[string, Handler]>([
    ['refuses', () => refusal('fault')],
    ['does not answer', () => SILENCE],
  ])('replaces a container that %s a reset', async (_, answer) => {
    const { engine, pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('reset', answer);
    const next = watch(pool.acquire({ ...EPISODE, queueTimeoutMs: 300_000 }));
    await sandbox.release();
    await vi.advanceTimersByTimeAsync(60_000);
    await settled();
    expect(next.sandbox?.id).toBe('fake-1');
    expect(engine.alive).toHaveLength(1);
    expect(pool.stats()).toMatchObject({ replaced: 1, reset: 0 });
  });

  it('replaces a free container that does not answer the health check, and only that one', async () => {
    const health = { healthIntervalMs: 1_000, pingTimeoutMs: 100 };
    const { engine, pool, events } = await make({ images: { bash: { warm: 3 } }, ...health });
    const leased = await pool.acquire(EPISODE);
    for (const container of engine.containers) {
      if (container.id !== 'fake-0') container.runner.answer('ping', () => ({}));
      else container.runner.answer('ping', () => SILENCE);
    }
    await vi.advanceTimersByTimeAsync(1_100);
    await settled();
    expect(events.filter((event) => event.type === 'removed')).toMatchObject([
      { id: 'fake-0', cause: 'unhealthy' },
    ]);
    expect(pool.stats().images.bash?.states).toMatchObject({ ready: 2, leased: 1 });
    const holder = engine.containers.find(({ id }) => id === leased.id);
    expect(holder?.runner.count('ping')).toBe(0);
  });

  it('leaves a container alone that was leased while its ping went unanswered', async () => {
    const health = { healthIntervalMs: 1_000, pingTimeoutMs: 100 };
    const { engine, pool } = await make({ images: { bash: { warm: 1 } }, ...health });
    engine.container(0).runner.answer('ping', () => SILENCE);
    await vi.advanceTimersByTimeAsync(1_000);
    const sandbox = await pool.acquire(EPISODE);
    await vi.advanceTimersByTimeAsync(100);
    await expect(sandbox.run(RUN)).resolves.toMatchObject({ exitCode: 0 });
  });
});

describe('a pool whose starts fail', () => {
  const failing = (message: string) => () => {
    throw new SandboxError('start_failed', message);
  };

  it('tries again after a growing pause, then tells those who wait', async () => {
    const engine = new FakeEngine();
    engine.onStart = failing('no space left');
    const { pool, events } = unstarted(engine, { startAttempts: 3, backoffMs: 100, queueTimeoutMs: 60_000 });
    const waiting = pool.acquire(EPISODE);
    const failed = expect(waiting).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('no space left'),
    });
    await settled();
    expect(engine.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100);
    await settled();
    expect(engine.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(199);
    expect(engine.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(events.map((event) => event.type === 'start_failed' && event.retryInMs)).toEqual([100, 200, 400]);
    expect(pool.stats()).toMatchObject({ failed: 3, started: 0, queued: 0 });

    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'start_failed' });
    expect(engine.asked).toHaveLength(3);
    engine.onStart = () => {};
    await vi.advanceTimersByTimeAsync(400);
    expect((await pool.acquire(EPISODE)).id).toBe('fake-3');
  });

  it('begins to count anew after a start that went well', async () => {
    const engine = new FakeEngine();
    engine.onStart = failing('once');
    const { pool, events } = unstarted(engine, { backoffMs: 100 });
    const waiting = pool.acquire(EPISODE);
    await settled();
    engine.onStart = () => {};
    await vi.advanceTimersByTimeAsync(100);
    await waiting;
    engine.onStart = failing('again');
    watch(pool.acquire(EPISODE));
    await settled();
    expect(events.filter((event) => event.type === 'start_failed')).toMatchObject([
      { failures: 1, retryInMs: 100 },
      { failures: 1, retryInMs: 100 },
    ]);
  });

  it('counts starts that fail together as one failure', async () => {
    const engine = new FakeEngine();
    engine.onStart = failing('engine restarts');
    const { pool } = unstarted(engine, { images: { bash: { warm: 4 } }, startAttempts: 2, backoffMs: 100 });
    pool.start();
    const waiting = watch(pool.acquire(EPISODE));
    await settled();
    expect(engine.asked).toHaveLength(4);
    expect(waiting.code).toBeNull();
    engine.onStart = () => {};
    await vi.advanceTimersByTimeAsync(100);
    await settled();
    expect(waiting.sandbox).not.toBeNull();
  });

  it('tells at once that an image is missing, and looks again each time it is asked', async () => {
    const engine = new FakeEngine();
    engine.onStart = () => {
      throw new SandboxError('image_missing', 'There is no image "bash".');
    };
    const { pool } = unstarted(engine);
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'image_missing' });
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'image_missing' });
    engine.onStart = () => {};
    await expect(pool.acquire(EPISODE)).resolves.toMatchObject({ id: 'fake-2' });
  });

  it('hands out no container whose runner isolates in another way than it was made for', async () => {
    const engine = new FakeEngine('layer');
    engine.greets = false;
    engine.onStart = (container) => container.runner.hello('replace');
    const { pool } = unstarted(engine, { startAttempts: 1 });
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('"replace"'),
    });
    expect(engine.alive).toHaveLength(0);
  });

  it("gives the engine's reason for a container that ends before it is ready", async () => {
    const engine = new FakeEngine();
    engine.greets = false;
    engine.onStart = (container) => container.die('python3: not found');
    const { pool } = unstarted(engine, { startAttempts: 1 });
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('python3: not found'),
    });
    await settled();
    expect(engine.alive).toHaveLength(0);
  });

  it('gives up on a runner that never becomes ready and removes its container', async () => {
    const engine = new FakeEngine();
    engine.greets = false;
    const { pool } = unstarted(engine, { startAttempts: 1, startTimeoutMs: 1_000 });
    const failed = expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'start_failed' });
    await vi.advanceTimersByTimeAsync(1_000);
    await failed;
    await settled();
    expect(engine.container(0).removed).toBe(true);
  });

  it('removes a container whose start came to an end after its deadline', async () => {
    const engine = new FakeEngine();
    const gate = new Gate();
    engine.onStart = () => gate.opened;
    const { pool } = unstarted(engine, { startAttempts: 1, startTimeoutMs: 1_000, totalMax: 1 });
    const failed = expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'start_failed' });
    await vi.advanceTimersByTimeAsync(1_000);
    await failed;
    expect(pool.stats().images.bash?.states).toMatchObject({ gone: 1, starting: 0 });
    gate.open();
    await settled();
    expect(engine.container(0).removed).toBe(true);
    expect(pool.stats().images.bash?.states).toMatchObject({ gone: 0 });
  });
});
