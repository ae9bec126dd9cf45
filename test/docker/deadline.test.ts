import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withDeadline } from '../../docker/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});

test('work that settles in time is the outcome, and leaves no timer', async () => {
  const late = vi.fn();
  await expect(withDeadline(Promise.resolve('done'), 10, late)).resolves.toBe('done');
  await expect(withDeadline(Promise.reject(new Error('broken')), 10, late)).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
  expect(late).not.toHaveBeenCalled();
});

test('work that is late is replaced by what `late` returns or throws', async () => {
  const value = withDeadline(never, 10, () => null);
  const error = expect(
    withDeadline(never, 10, () => {
      throw new Error('too late');
    }),
  ).rejects.toThrow('too late');
  vi.advanceTimersByTime(10);
  await expect(value).resolves.toBeNull();
  await error;
});

test('an error after the deadline is dropped', async () => {
  let fail = (_error: Error): void => {};
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const value = withDeadline(work, 10, () => 'late');
  vi.advanceTimersByTime(10);
  fail(new Error('dropped'));
  await expect(value).resolves.toBe('late');
});
