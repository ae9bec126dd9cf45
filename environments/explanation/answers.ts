import type { ExplainedAnswer } from '../../protocol/explanation.ts';
import { MAX_TEXT } from './bounded.ts';

/** How much of both texts is kept before their first difference, in UTF-16 code units. */
const CONTEXT = 1_024;

/** Expected and given answer side by side; of long ones, the part around the first difference. */
export function comparedAnswers(expected: string, given: string): ExplainedAnswer {
  const first = firstDifference(expected, given);
  if (first === null || first < MAX_TEXT - CONTEXT) return { expected, given, first_difference: first };
  const from = first - CONTEXT;
  const left = `[… ${from} equal characters]`;
  return {
    expected: `${left}${expected.slice(from)}`,
    given: `${left}${given.slice(from)}`,
    first_difference: left.length + CONTEXT,
  };
}

/** Offset of the first difference; `null` for equal texts. */
export function firstDifference(left: string, right: string): number | null {
  if (left === right) return null;
  let [low, high] = [0, Math.min(left.length, right.length)];
  // The longest common beginning, by halves.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (left.startsWith(right.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}
