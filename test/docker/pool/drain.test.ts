import { describe, expect, it, vi } from 'vitest';
import { FakeEngine, Gate, SILENCE, settled } from '../fake-engine.ts';
import { EPISODE, make, RUN, unstarted, watch, withFakeTimers } from './fixture.ts';

withFakeTimers();

describe('a pool that drains', () => {
  it('removes what is free, waits for leases, and hands out nothing more', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 2, max: 2 } } });
    const sandbox = await pool.acquire(EPISODE);
    await pool.acquire(EPISODE).then((other) => other.release());
    const drained = vi.fn();
    const drain = pool.drain(10_000).then(drained);
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'draining' });
    await settled();
    expect(engine.alive.map(({ id }) => id)).toEqual([sandbox.id]);
    expect(drained).not.toHaveBeenCalled();
    await expect(sandbox.run(RUN)).resolves.toMatchObject({ exitCode: 0 });
    await sandbox.release();
    await drain;
    expect(engine.alive).toEqual([]);
    expect(engine.containers).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends home everyone who waits', async () => {
    const { pool } = await make({ images: { bash: { warm: 1, max: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    const waiting = [watch(pool.acquire(EPISODE)), watch(pool.acquire({ ...EPISODE, image: 'other' }))];
    const drain = pool.drain(10_000);
    await settled();
    expect(waiting.map(({ code }) => code)).toEqual(['draining', 'draining']);
    await sandbox.release();
    await drain;
  });

  it('ends the leases that are left at the deadline', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1 } } });
    const sandbox = await pool.acquire(EPISODE);
    engine.container(0).runner.answer('run', () => SILENCE);
    const run = expect(sandbox.run({ ...RUN, timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'died' });
    const drain = pool.drain(10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(engine.alive).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await run;
    await drain;
    expect(engine.alive).toEqual([]);
    await sandbox.release();
  });

  it('waits for starts in flight and removes what comes of them', async () => {
    const engine = new FakeEngine();
    const gates: Gate[] = [];
    engine.onStart = () => {
      const gate = new Gate();
      gates.push(gate);
      return gate.opened;
    };
    const { pool } = unstarted(engine, { images: { bash: { warm: 3 } }, parallelStarts: 2 });
    pool.start();
    await settled();
    const drained = vi.fn();
    const drain = pool.drain(0).then(drained);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drained).not.toHaveBeenCalled();
    gates[0]?.open();
    gates[1]?.fail(new Error('the engine is gone'));
    await drain;
    expect(engine.asked).toHaveLength(2);
    expect(engine.container(0).removed).toBe(true);
  });

  it('removes a container that has started but is not ready yet', async () => {
    const engine = new FakeEngine();
    engine.greets = false;
    const { pool } = unstarted(engine, { images: { bash: { warm: 1 } } });
    pool.start();
    await settled();
    await pool.drain(10_000);
    expect(engine.container(0).removed).toBe(true);
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for removals under way, and for the first drain when called twice', async () => {
    const { engine, pool } = await make({ images: { bash: { warm: 1 } } });
    const gate = new Gate();
    engine.container(0).removeGate = gate;
    const drained = vi.fn();
    const both = Promise.all([pool.drain(1_000), pool.drain(0)]).then(drained);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(drained).not.toHaveBeenCalled();
    gate.open();
    await both;
    expect(engine.alive).toEqual([]);
  });

  it('starts nothing after a failed start whose pause would have ended', async () => {
    const engine = new FakeEngine();
    engine.onStart = () => {
      throw new Error('no');
    };
    const { pool } = unstarted(engine, { images: { bash: { warm: 1 } }, backoffMs: 100 });
    pool.start();
    await settled();
    await pool.drain(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(engine.asked).toHaveLength(1);
  });
});
