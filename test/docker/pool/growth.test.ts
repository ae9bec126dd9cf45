import { describe, expect, it, vi } from 'vitest';
import type { HostFree } from '../../../docker/host.ts';
import { autoMax, growthLeft, isPressed } from '../../../docker/pool/growth.ts';
import { settled } from '../fake-engine.ts';
import { EPISODE, make, watch, withFakeTimers } from './fixture.ts';

const MIB = 2 ** 20;
const GIB = 1024 * MIB;
const LIMITS = { memoryBytes: 512 * MIB, cpus: 1, pids: 256, layerBytes: MIB, layerInodes: 256 };

/** A machine of 10 GiB: 512 MiB stay free. */
function machine(memoryBytes: number, pids = 10_000): HostFree {
  return { memoryBytes, totalBytes: 10 * GIB, pids };
}

describe('what a machine has left for growth', () => {
  it('is nothing unless one sandbox may use all of its limits', () => {
    const least = (512 + 512 + 64) * MIB;
    expect(growthLeft(machine(least - 1), LIMITS, 0)).toBe(0);
    expect(growthLeft(machine(least), LIMITS, 0)).toBe(1);
    expect(growthLeft(machine(GIB, 256 + 256 + 31), LIMITS, 0)).toBe(0);
  });

  it('counts those that start', () => {
    const free = machine((512 + 512 + 64 + 3 * 64) * MIB);
    expect([0, 1, 4, 5].map((starting) => growthLeft(free, LIMITS, starting))).toEqual([4, 3, 0, 0]);
  });

  it('has no end where nothing is known', () => {
    const unknown = machine(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect(growthLeft(unknown, LIMITS, 1_000)).toBe(Number.POSITIVE_INFINITY);
    expect(autoMax(unknown, 4, 1_024)).toBe(1_024);
  });

  it('gives a maximum for the start', () => {
    expect(autoMax(machine(5 * GIB), 4, 1_024)).toBe(144);
    expect(autoMax(machine(5 * GIB, 256 + 160), 4, 1_024)).toBe(10);
    expect(autoMax(machine(5 * GIB), 4, 100)).toBe(100);
    expect(autoMax(machine(0), 4, 100)).toBe(4);
    expect(autoMax(machine(0), 0, 100)).toBe(1);
  });

  it('is under pressure once the reserve is used', () => {
    expect([machine(513 * MIB), machine(511 * MIB), machine(GIB, 255)].map(isPressed)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('a pool on a machine', () => {
  withFakeTimers();

  async function pooled(free: HostFree, warm = 1) {
    let now = 0;
    const host = { free };
    const { engine, events, pool } = await make({
      images: { bash: { warm } },
      totalMax: 4,
      defaultMax: 4,
      gradingReserve: 0,
      limits: LIMITS,
      idleMs: 60_000,
      now: () => now,
      host: () => host.free,
    });
    return {
      engine,
      events,
      pool,
      host,
      pass: async (ms: number) => {
        now += ms;
        await vi.advanceTimersByTimeAsync(ms);
        await settled();
      },
    };
  }

  it('keeps its warm containers whatever is left', async () => {
    const { engine } = await pooled(machine(0), 2);
    expect(engine.alive).toHaveLength(2);
  });

  it('starts one container even if it keeps none warm', async () => {
    const { pool } = await pooled(machine(0), 0);
    await expect(pool.acquire(EPISODE)).resolves.toBeDefined();
  });

  it('grows once the machine has enough left', async () => {
    const { engine, host, pass, pool } = await pooled(machine(0));
    const asked = [1, 2, 3].map(() => watch(pool.acquire(EPISODE)));
    await settled();
    expect(engine.alive).toHaveLength(1);
    host.free = machine((512 + 512 + 64) * MIB);
    engine.onStart = () => {
      host.free = machine(0);
    };
    await pass(1_000);
    expect(engine.alive).toHaveLength(2);
    engine.onStart = () => {};
    host.free = machine(9 * GIB);
    await pass(1_000);
    expect(asked.every(({ sandbox }) => sandbox !== null)).toBe(true);
  });

  it('removes containers beyond the warm ones that are not used for a while', async () => {
    const { engine, events, pass, pool } = await pooled(machine(9 * GIB));
    const sandboxes = await Promise.all([1, 2, 3].map(() => pool.acquire(EPISODE)));
    await Promise.all(sandboxes.map((sandbox) => sandbox.release()));
    for (let turn = 0; turn < 20; turn += 1) await settled();
    await pass(45_000);
    expect(engine.alive).toHaveLength(3);
    await pass(15_000);
    await pass(15_000);
    expect(engine.alive).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'removed')).toMatchObject([
      { cause: 'idle' },
      { cause: 'idle' },
    ]);
    expect(pool.stats().replaced).toBe(0);
  });

  it('removes them at the next look if the machine has too little left', async () => {
    const { engine, host, pass, pool } = await pooled(machine(9 * GIB));
    const sandboxes = await Promise.all([1, 2, 3].map(() => pool.acquire(EPISODE)));
    await Promise.all(sandboxes.slice(1).map((sandbox) => sandbox.release()));
    host.free = machine(0);
    await pass(15_000);
    expect(engine.alive).toHaveLength(1);
  });
});
