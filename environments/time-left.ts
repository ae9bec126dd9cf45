/** A deadline limited to the remaining time, both in milliseconds; at least 1, the runner's minimum. */
export function within(timeoutMs: number, leftMs: number): number {
  return Math.max(1, Math.min(timeoutMs, Math.ceil(leftMs)));
}
