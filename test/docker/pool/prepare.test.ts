import { describe, expect, it } from 'vitest';
import { Gate, RUN_FIELDS, refusal, settled } from '../fake-engine.ts';
import { EPISODE, GRADING, make, RUN, watch } from './fixture.ts';

const ONE = { bash: { warm: 1, max: 1 } };

describe('a lease that leaves nothing behind', () => {
  it('hands the sandbox on as it is, without a new layer', async () => {
    const { engine, pool } = await make({ images: ONE });
    const first = await pool.acquire(EPISODE);
    const next = watch(pool.acquire(EPISODE));
    await first.release('pristine');
    await settled();
    expect(next.sandbox?.id).toBe(first.id);
    expect(engine.container(0).runner.count('reset')).toBe(0);
    await expect(first.run(RUN)).rejects.toMatchObject({ code: 'died' });
  });

  it('does so in `replace` isolation too', async () => {
    const { engine, pool } = await make({ images: ONE }, 'replace');
    await (await pool.acquire(EPISODE)).release('pristine');
    await settled();
    expect(engine.containers).toHaveLength(1);
    expect(pool.stats().images.bash?.states).toMatchObject({ ready: 1 });
  });

  it('is not believed with a call under way', async () => {
    const { engine, pool } = await make({ images: ONE });
    const { runner } = engine.container(0);
    const gate = new Gate();
    runner.answer('run', async () => {
      await gate.opened;
      return refusal('abandoned');
    });
    const first = await pool.acquire(EPISODE);
    first.run(RUN).catch(() => {});
    await first.release('pristine');
    gate.open();
    await settled();
    expect([engine.containers.length, runner.layers]).toEqual([1, 2]);
  });
});

describe('a lease that only graded', () => {
  it('hands the sandbox as it is to those who grade', async () => {
    const { engine, pool } = await make({ images: ONE, gradingReserve: 0 });
    await (await pool.acquire(GRADING)).release('graded');
    const second = await pool.acquire(GRADING);
    const [episode, third] = [watch(pool.acquire(EPISODE)), watch(pool.acquire(GRADING))];
    await second.release('graded');
    await settled();
    expect([third.sandbox?.id, episode.sandbox]).toEqual([second.id, null]);
    expect(engine.container(0).runner.count('reset')).toBe(0);
    await third.sandbox?.release('graded');
    await settled();
    expect(episode.sandbox?.id).toBe(second.id);
    expect(engine.container(0).runner.count('reset')).toBe(1);
  });

  it('has a free one made pristine for an episode', async () => {
    const { engine, pool } = await make({ images: ONE, gradingReserve: 0 });
    await (await pool.acquire(GRADING)).release('graded');
    expect(pool.stats().images.bash?.states).toMatchObject({ ready: 1 });
    await pool.acquire(EPISODE);
    expect(engine.container(0).runner.count('reset')).toBe(1);
    expect(engine.containers).toHaveLength(1);
  });

  it('has its container replaced in `replace` isolation', async () => {
    const { engine, pool } = await make({ images: ONE, gradingReserve: 0 }, 'replace');
    await (await pool.acquire(GRADING)).release('graded');
    await settled();
    expect(engine.containers).toHaveLength(2);
  });
});

describe('preparing code', () => {
  const prepare = (image: string): string | undefined => (image === 'bash' ? 'prepare me' : undefined);

  it('runs in every new layer before anyone gets it', async () => {
    const { engine, pool } = await make({ images: ONE, prepare });
    const { runner } = engine.container(0);
    expect(runner.count('run')).toBe(1);
    const first = await pool.acquire(EPISODE);
    await first.release();
    await settled();
    expect(runner.requests.map(({ op }) => op).filter((op) => op !== 'ping')).toEqual([
      'run',
      'reset',
      'run',
    ]);
    await (await pool.acquire(EPISODE)).release('pristine');
    expect(runner.count('run')).toBe(2);
  });

  it('that fails in a new layer has the container replaced', async () => {
    const { engine, pool, events } = await make({ images: ONE, prepare });
    engine.container(0).runner.answer('run', () => ({
      fields: { ...RUN_FIELDS, exit_code: 1 },
      payload: Buffer.from('no server'),
    }));
    await (await pool.acquire(EPISODE)).release();
    await settled();
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'removed',
        cause: 'reset_failed',
        reason: expect.stringContaining('no server'),
      }),
    );
    expect(pool.stats().images.bash?.states).toMatchObject({ ready: 1 });
  });

  it('that fails at the start is a start that failed', async () => {
    const { engine, pool } = await make({ prepare, startAttempts: 1 });
    engine.onStart = (container) =>
      container.runner.answer('run', () => ({ fields: { ...RUN_FIELDS, exit_code: 3 } }));
    await expect(pool.acquire(EPISODE)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('status 3'),
    });
    await settled();
    expect(engine.alive).toHaveLength(0);
  });
});
