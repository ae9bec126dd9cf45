/**
 * Places where Python and JavaScript read text and numbers differently, as far as InterCode's answers depend on them.
 */

const PYTHON_SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const SPACE = new RegExp(PYTHON_SPACE);
const RUNS = new RegExp(`${PYTHON_SPACE}+`);

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start += 1;
  while (end > start && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Python's `str.split()`. */
export function pythonSplit(text: string): string[] {
  return text.split(RUNS).filter((word) => word !== '');
}

/** Python's `round(value, 2)` for values below 1e9: the nearest hundredth of the exact double, ties to even. */
export function roundToHundredths(value: number): number {
  const eighths = value * 8;
  // Only odd multiples of 1/8 lie exactly between two hundredths; `toFixed` is exact but takes the larger there.
  if (!Number.isInteger(eighths) || eighths % 2 === 0) return Number(value.toFixed(2));
  const below = Math.floor(value * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}
