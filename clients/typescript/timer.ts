/** Longest time that a timer of Node can wait; it takes a longer one for 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds as a timer takes them: `Infinity` and whatever is too long become the longest time there is. */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}
