import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import type { PoolOptions } from '../../../docker/pool/settings.ts';
import type { AcquireOptions } from '../../../docker/sandbox.ts';
import { FakeEngine, settled } from '../fake-engine.ts';
import { EPISODE, watch } from './fixture.ts';

const SQL: AcquireOptions = { image: 'sql', purpose: 'episode' };
const PYTHON: AcquireOptions = { image: 'python', purpose: 'episode' };

let engine: FakeEngine;
let pool: SandboxPool;
/** The pool's clock, in milliseconds. */
let clock: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  clock = 0;
});

afterEach(async () => {
  await drain();
  vi.useRealTimers();
});

async function drain(): Promise<void> {
  const drained = pool.drain(0);
  await vi.advanceTimersByTimeAsync(1);
  await drained;
}

/** A pool whose every place is kept warm for Bash. */
async function start(options: PoolOptions = {}): Promise<void> {
  engine = new FakeEngine();
  const images = { bash: { warm: 4 } };
  pool = new SandboxPool(engine, { images, defaultMax: 4, totalMax: 4, now: () => clock, ...options });
  pool.start();
  await settled();
}

async function pass(ms: number): Promise<void> {
  clock += ms;
  await vi.advanceTimersByTimeAsync(ms);
  await settled();
}

const ready = (image: string): number => pool.stats().images[image]?.states.ready ?? 0;

it('an image that has no container gets the place of an idle warm one at once', async () => {
  await start();
  const [sql, python] = [await pool.acquire(SQL), await pool.acquire(PYTHON)];
  expect([sql.image.name, python.image.name]).toEqual(['sql', 'python']);
  expect(ready('bash')).toBe(2);
  expect(engine.peak).toBe(4);
});

it('the warm ones come back when nobody has used the place for a while', async () => {
  await start({ lingerMs: 60_000 });
  const sql = await pool.acquire(SQL);
  await sql.release();
  await settled();
  await pass(50_000);
  // It is still there for the next episode of its kind, which starts nothing.
  const again = await pool.acquire(SQL);
  expect(again.id).toBe(sql.id);
  await again.release();
  await settled();
  await pass(59_000);
  expect([ready('bash'), ready('sql')]).toEqual([3, 1]);
  await pass(1_100);
  expect([ready('bash'), ready('sql')]).toEqual([4, 0]);
  expect(engine.alive).toHaveLength(4);
});

it('a second one waits till a warm one has been idle for a while', async () => {
  await start({ giveWayMs: 5_000 });
  await pool.acquire(SQL);
  clock += 1_000;
  const second = watch(pool.acquire(SQL));
  await settled();
  expect(second.sandbox).toBeNull();
  expect(ready('bash')).toBe(3);
  await pass(4_100);
  expect(second.sandbox?.image.name).toBe('sql');
  expect(ready('bash')).toBe(2);
});

it('a request that does not wait takes no place from another image', async () => {
  await start();
  await pool.acquire(SQL);
  clock += 60_000;
  const hurried = watch(pool.acquire({ ...SQL, queueTimeoutMs: 0 }));
  await pass(1);
  expect(hurried.code).toBe('capacity');
  const bash = await Promise.all([1, 2, 3].map(() => pool.acquire({ ...EPISODE, queueTimeoutMs: 0 })));
  expect(bash.map(({ image }) => image.name)).toEqual(['bash', 'bash', 'bash']);
});

it('a request that ends before another one can start takes no place either', async () => {
  await start();
  engine.onStart = () => {
    clock += 2_000;
  };
  await pool.acquire({ ...SQL, image: 'slow' });
  clock += 60_000;
  const hurried = watch(pool.acquire({ ...SQL, image: 'slow', queueTimeoutMs: 1_000 }));
  await settled();
  expect(ready('bash')).toBe(3);
  await pass(1_001);
  expect(hurried.code).toBe('capacity');
  const patient = watch(pool.acquire({ ...SQL, image: 'slow', queueTimeoutMs: 3_000 }));
  await pass(1);
  expect(patient.sandbox?.image.name).toBe('slow');
});

it('after one slow start, a request still takes a place that another one can start in in time', async () => {
  await start({ giveWayMs: 5_000 });
  const durations = [500, 20_000];
  engine.onStart = () => {
    clock += durations.shift() ?? 0;
  };
  const slow: AcquireOptions = { ...SQL, image: 'slow' };
  const first = await pool.acquire(slow);
  const second = watch(pool.acquire(slow));
  await pass(5_100);
  expect(second.sandbox?.image.name).toBe('slow');
  expect(durations).toEqual([]);
  clock += 60_000;
  const hurried = watch(pool.acquire({ ...slow, queueTimeoutMs: 1_000 }));
  await pass(1);
  expect(hurried.sandbox?.image.name).toBe('slow');
  await first.release();
});

it('of requests that do not wait, a later one gets the place of one beyond the warm ones that is long idle', async () => {
  await start({ images: { bash: { warm: 1 } }, lingerMs: 60_000 });
  const bash = await Promise.all([1, 2, 3, 4].map(() => pool.acquire(EPISODE)));
  await Promise.all(bash.map((sandbox) => sandbox.release()));
  await settled();
  const hurried = async () => {
    const asked = watch(pool.acquire({ ...SQL, queueTimeoutMs: 0 }));
    await pass(1);
    return asked.sandbox?.image.name ?? asked.code;
  };
  expect([await hurried(), await hurried(), await hurried()]).toEqual(['capacity', 'capacity', 'capacity']);
  expect(ready('bash')).toBe(4);
  clock += 60_000;
  expect([await hurried(), await hurried(), await hurried()]).toContain('sql');
  expect(ready('bash')).toBeGreaterThan(0);
});

it('with every warm one leased, the next that is released goes to who has none', async () => {
  await start();
  const held = await Promise.all([1, 2, 3, 4].map(() => pool.acquire(EPISODE)));
  const sql = watch(pool.acquire(SQL));
  const bash = watch(pool.acquire(EPISODE));
  await held[0]?.release();
  await settled();
  expect([sql.sandbox?.image.name, bash.sandbox]).toEqual(['sql', null]);
  await held[1]?.release();
  await settled();
  expect(bash.sandbox?.image.name).toBe('bash');
});

it('an idle warm one that is asked for is never given away instead', async () => {
  await start({ images: { bash: { warm: 1 } }, totalMax: 1 });
  const bash = await pool.acquire(EPISODE);
  const next = watch(pool.acquire(EPISODE));
  const sql = watch(pool.acquire(SQL));
  await bash.release();
  await settled();
  expect([next.sandbox?.image.name, sql.sandbox]).toEqual(['bash', null]);
  await next.sandbox?.release();
  await settled();
  expect(sql.sandbox?.image.name).toBe('sql');
});

it('tells that the pool is full where a warm image has given way altogether', async () => {
  await start({ images: { bash: { warm: 1 } }, totalMax: 1 });
  expect(pool.stats().full).toBe(true);
  await pool.acquire(SQL);
  expect(pool.stats()).toMatchObject({ full: true, images: { bash: { states: { ready: 0 } } } });
});

it('that retires gives episodes nothing more, keeps what their grades need, and removes the rest at once', async () => {
  await start();
  const episode = await pool.acquire(EPISODE);
  const waiting = watch(pool.acquire({ ...SQL, image: 'none-yet' }));
  pool.retire();
  await settled();
  expect(waiting.code).toBe('draining');
  await expect(pool.acquire(EPISODE)).rejects.toMatchObject({ code: 'draining' });
  expect(pool.stats().images.bash?.states).toMatchObject({ leased: 1, ready: 2 });
  const grader = await pool.acquire({ ...EPISODE, purpose: 'grading' });
  expect((await grader.run({ code: 'true', timeoutMs: 100, maxOutputBytes: 10 })).exitCode).toBe(0);
  await grader.release();
  await episode.release();
  await pass(100_000);
  expect(pool.stats().images.bash?.states.leased).toBe(0);
  expect(engine.asked.length).toBeLessThanOrEqual(6);
  await drain();
  expect(engine.alive).toEqual([]);
});
