/**
 * The task that a seed chooses. The tasks are shuffled once per round, and seeds count through the rounds: of n tasks, the
 * seeds 0 … n−1 choose every task once, the seeds n … 2n−1 again in another order, and so on. The choice depends only on
 * the seed and the number of tasks, so every machine makes the same choice.
 */

/** A 32-bit mixing function (xor-shifts and odd multipliers, so one-to-one). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** An integer from 0 to below `limit`: the `counter`-th of the sequence of `round`. */
function draw(round: number, counter: number, limit: number): number {
  const high = Math.floor(round / 2 ** 32);
  const word = mix(mix(mix(round >>> 0) ^ high) + counter);
  return Math.floor((word / 2 ** 32) * limit);
}

/**
 * The order of `size` tasks in a round: Fisher–Yates from the end, with the mixed counter as random numbers.
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
 * Indices of all of `size` tasks (at least one), beginning with the one that `seed` chooses, in the order of its round: if
 * a task cannot be played, the seed chooses the next.
 */
export function tasksFromSeed(size: number, seed: number): number[] {
  const order = taskOrder(size, Math.floor(seed / size));
  const at = seed % size;
  return [...order.slice(at), ...order.slice(0, at)];
}
