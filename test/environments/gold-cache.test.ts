import { describe, expect, it } from 'vitest';
import { GoldCache } from '../../environments/gold-cache.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

/** A cache with a clock of its own, and a gold command that prints what `outcomes` says, one after the other. */
function fixture(...outcomes: unknown[]) {
  const clock = { now: NOON };
  const cache = new GoldCache({ maxAgeMs: 10_000, confirmAfterMs: 1000, now: () => clock.now });
  let runs = 0;
  const run = async () => {
    const outcome = outcomes[Math.min(runs, outcomes.length - 1)];
    runs += 1;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { clock, cache, run, get: (key = 'k') => cache.get(key, run), runs: () => runs };
}

describe('GoldCache', () => {
  it('runs once for all who ask at the same time', async () => {
    const { get, runs } = fixture('a');
    expect(await Promise.all([get(), get(), get()])).toEqual(['a', 'a', 'a']);
    expect(runs()).toBe(1);
  });

  it('keeps keys apart', async () => {
    const { get, runs } = fixture('a', 'b');
    expect([await get('x'), await get('y'), await get('x')]).toEqual(['a', 'b', 'a']);
    expect(runs()).toBe(2);
  });

  it('checks a first outcome once by a later run, then trusts it until it is old', async () => {
    const { clock, get, runs } = fixture({ output: 'a' });
    await get();
    clock.now += 1000;
    await get();
    expect(runs()).toBe(2);
    clock.now += 9999;
    await get();
    expect(runs()).toBe(2);
    clock.now += 1;
    await get();
    expect(runs()).toBe(3);
  });

  it('runs a gold each time once its outcome has changed', async () => {
    const { clock, get, runs } = fixture('12:00:00', '12:00:01', '12:00:01', '12:00:01');
    await get();
    clock.now += 1000;
    expect(await get()).toBe('12:00:01');
    await get();
    await get();
    expect(runs()).toBe(4);
  });

  it('keeps an outcome that no time changes for good, and runs for any other anew', async () => {
    const { clock, cache, run, runs } = fixture('failed', 'a', 'b');
    const get = () => cache.get('k', run, (value) => value !== 'failed');
    expect(await get()).toBe('failed');
    clock.now += 1000;
    expect(await get()).toBe('a');
    clock.now += 3 * 86_400_000;
    expect(await get()).toBe('a');
    expect(runs()).toBe(2);
  });

  it('does not trust yesterday', async () => {
    const { clock, get, runs } = fixture('a');
    clock.now = Date.UTC(2026, 0, 1, 23, 59, 59, 999);
    await get();
    clock.now += 1;
    await get();
    expect(runs()).toBe(2);
  });

  it('reports a fault to every waiting caller and does not cache it', async () => {
    const { get, runs } = fixture(new Error('broken'), 'a');
    const results = await Promise.allSettled([get(), get()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await get()).toBe('a');
    expect(runs()).toBe(2);
  });
});
