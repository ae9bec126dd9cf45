import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reaper } from '../../../docker/engines/reaper.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the reaper', () => {
  it('reaps at start and then at each interval, and tells what it removed', async () => {
    const counts = [2, 0, 1];
    const told: number[] = [];
    const reaper = new Reaper(
      { reap: async () => counts.shift() ?? 0 },
      { intervalMs: 1000, onReaped: (count) => told.push(count) },
    );
    await reaper.start();
    expect(told).toEqual([2]);
    await vi.advanceTimersByTimeAsync(2500);
    expect(told).toEqual([2, 1]);
    expect(counts).toEqual([]);
    await reaper.stop();
  });

  it('looks again sooner while something will be left behind soon', async () => {
    let rounds = 0;
    const reapable = {
      lookAgainMs: 100 as number | undefined,
      reap: async (): Promise<number> => {
        rounds += 1;
        if (rounds === 3) reapable.lookAgainMs = undefined;
        return 0;
      },
    };
    const reaper = new Reaper(reapable, { intervalMs: 10_000 });
    await reaper.start();
    await vi.advanceTimersByTimeAsync(1000);
    expect(rounds).toBe(3);
    reapable.lookAgainMs = 100;
    await reaper.run();
    await reaper.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(rounds).toBe(4);
  });

  it('goes on after a round that failed', async () => {
    let rounds = 0;
    const errors: unknown[] = [];
    const reap = async (): Promise<number> => {
      rounds += 1;
      throw new Error(`round ${rounds}`);
    };
    const reaper = new Reaper({ reap }, { intervalMs: 1000, onError: (error) => errors.push(error) });
    await reaper.start();
    await vi.advanceTimersByTimeAsync(1000);
    expect(errors).toHaveLength(2);
    await reaper.stop();
  });

  it('never has two rounds at once', async () => {
    let open = () => {};
    let rounds = 0;
    const reap = () => {
      rounds += 1;
      return new Promise<number>((resolve) => {
        open = () => resolve(0);
      });
    };
    const reaper = new Reaper({ reap }, { intervalMs: 1000 });
    const started = reaper.start();
    await vi.advanceTimersByTimeAsync(5000);
    expect(rounds).toBe(1);
    open();
    await started;
    await vi.advanceTimersByTimeAsync(1000);
    expect(rounds).toBe(2);
    const stopped = reaper.stop();
    open();
    await stopped;
    await vi.advanceTimersByTimeAsync(5000);
    expect(rounds).toBe(2);
  });
});
