/**
 * Waits for `work`, but not longer than `timeoutMs`. The work itself goes on; a result or an error of it that comes later is
 * dropped.
 * @param late called when the time is over: what it returns or throws becomes the outcome
 */
export function withDeadline<T, L>(work: Promise<T>, timeoutMs: number, late: () => L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A deadline limited to the remaining time, both in milliseconds; at least 1, the runner's minimum. */
export function within(timeoutMs: number, leftMs: number): number {
  return Math.max(1, Math.min(timeoutMs, Math.ceil(leftMs)));
}
