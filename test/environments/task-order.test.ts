import { describe, expect, it } from 'vitest';
import { taskOrder, tasksFromSeed } from '../../environments/task-order.ts';

const taskIndexForSeed = (size: number, seed: number) => tasksFromSeed(size, seed)[0] ?? -1;

describe('task order', () => {
  it('is the same on every machine', () => {
    expect(taskOrder(10, 0)).toEqual([3, 0, 5, 1, 6, 9, 7, 4, 8, 2]);
    expect(taskOrder(10, 1)).toEqual([1, 4, 5, 2, 9, 7, 8, 6, 3, 0]);
    expect(taskOrder(10, 2 ** 40)).toEqual([5, 8, 0, 3, 1, 2, 6, 4, 7, 9]);
  });

  it('names every task once per round of seeds', () => {
    const round = (first: number) => Array.from({ length: 37 }, (_, i) => taskIndexForSeed(37, first + i));
    expect([...round(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 37 }, (_, i) => i));
    expect(new Set(round(37)).size).toBe(37);
    expect(round(0)).not.toEqual(round(37));
  });

  it('spreads seeds far apart evenly', () => {
    const seen = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i += 1) {
      const index = taskIndexForSeed(7, i * 7919 * 104_729);
      seen[index] = (seen[index] ?? 0) + 1;
    }
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('takes any seed of the protocol', () => {
    expect(taskIndexForSeed(1, Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(taskIndexForSeed(200, Number.MAX_SAFE_INTEGER)).toBeLessThan(200);
  });

  it('goes on from the task of a seed through all the others, in the order of the round', () => {
    expect(tasksFromSeed(10, 0)).toEqual([3, 0, 5, 1, 6, 9, 7, 4, 8, 2]);
    expect(tasksFromSeed(10, 12)).toEqual([5, 2, 9, 7, 8, 6, 3, 0, 1, 4]);
  });
});
