/** Maximum time of a Node timer, in milliseconds; Node treats a longer one as 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds as a timer takes them: `Infinity` and times that are too long become the maximum. */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}
