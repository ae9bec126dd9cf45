import { expect, test } from 'vitest';
import { type Load, leastLeased, roomOf } from '../../../clients/typescript/cluster/placement.ts';

function load(
  leased: number,
  max: number,
  more: { queued?: number; sent?: number; slots?: number } = {},
): Load {
  const { queued = 0, sent = 0, slots = 1_000 } = more;
  return {
    state: { episodes: { open: 0, max: slots }, sandboxes: { states: { leased }, max, queued } },
    sent,
  };
}

const choose = (loads: readonly Load[], count = 1, random = 0) =>
  loads.indexOf(
    leastLeased(
      loads,
      (one) => one,
      count,
      () => random,
    ) as Load,
  );

test('room counts what is leased, what waits, and what was sent since', () => {
  expect(roomOf(load(2, 8))).toBe(6);
  expect(roomOf(load(8, 8, { queued: 3 }))).toBe(-3);
  expect(roomOf(load(2, 8, { sent: 4 }))).toBe(2);
  expect(roomOf(load(0, 8, { slots: 1 }))).toBe(1);
});

test('the server with the smallest share of leased sandboxes is chosen', () => {
  expect(choose([load(6, 8), load(2, 8), load(4, 8)])).toBe(1);
  expect(choose([load(4, 8), load(12, 64)])).toBe(1);
});

test('a server with room for a whole group comes before an emptier one without', () => {
  expect(choose([load(0, 4), load(32, 64)], 8)).toBe(1);
});

test('full servers are chosen by their queues', () => {
  expect(choose([load(8, 8, { queued: 5 }), load(8, 8, { queued: 1 })])).toBe(1);
});

test('chance decides between servers that are nearly equal', () => {
  const draws = [0.9, 0.1];
  const loads = [load(1, 100), load(2, 100)];
  expect(
    loads.indexOf(
      leastLeased(
        loads,
        (one) => one,
        1,
        () => draws.shift() ?? 0,
      ) as Load,
    ),
  ).toBe(1);
});

test('no server, no choice', () => {
  expect(leastLeased([], (one: Load) => one, 1, Math.random)).toBeUndefined();
});
