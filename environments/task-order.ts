/**
 * Which task a seed means. The tasks are shuffled once per round, and seeds count through the rounds: of n tasks, the
 * seeds 0 … n−1 name every task once, the seeds n … 2n−1 again in another order, and so on. It depends on nothing but
 * the seed and the number of tasks, so that every machine gives the same.
 */

/** A 32-bit mixing function (xor-shifts and odd multipliers, so one-to-one). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Whole number from 0 below `limit`, the `counter`-th of the sequence that `round` names. */
function draw(round: number, counter: number, limit: number): number {
  const high = Math.floor(round / 2 ** 32);
  const word = mix(mix(mix(round >>> 0) ^ high) + counter);
  return Math.floor((word / 2 ** 32) * limit);
}

/**
 * The order of `size` tasks in a round: Fisher–Yates from the end, with the mixed counter as its chance.
 * @param round 0 or more, at most `Number.MAX_SAFE_INTEGER`
 */
export function taskOrder(size: number, round: number): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last -= 1) {
    const other = draw(round, last, last + 1);
    const moved = order[last] as number;
    order[last] = order[other] as number;
    order[other] = moved;
  }
  return order;
}

/**
 * Indices of all of `size` tasks (at least one) from the one that `seed` names on, in the order of its round: where one
 * cannot be had, the seed means the next.
 */
export function tasksFromSeed(size: number, seed: number): number[] {
  const order = taskOrder(size, Math.floor(seed / size));
  const at = seed % size;
  return [...order.slice(at), ...order.slice(0, at)];
}
