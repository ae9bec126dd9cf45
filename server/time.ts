/** A duration in milliseconds with three decimals, as `info` has it. */
export function wholeMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
