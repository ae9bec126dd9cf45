import { expect, it } from 'vitest';
import { SharedWork } from '../../../docker/images/shared-work.ts';

it('work that several ask for at the same time is done once, and again later', async () => {
  const work = new SharedWork<number>();
  let count = 0;
  const next = async () => (count += 1);
  expect(await Promise.all([work.run('a', next), work.run('a', next), work.run('b', next)])).toEqual([
    1, 1, 2,
  ]);
  expect(await work.run('a', next)).toBe(3);
});

it('a failure is that of all who wait, and is not kept', async () => {
  const work = new SharedWork<number>();
  const failing = () => work.run('a', () => Promise.reject(new Error('no')));
  expect(await Promise.allSettled([failing(), failing()])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(await work.run('a', async () => 1)).toBe(1);
});
