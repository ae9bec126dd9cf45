/** A deadline cut to the time that is left, both in milliseconds; at least one, as no runner takes less. */
export function within(timeoutMs: number, leftMs: number): number {
  return Math.max(1, Math.min(timeoutMs, Math.ceil(leftMs)));
}
