/** Order of Python's strings: by code point, where JavaScript compares UTF-16 units. */
function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    const [aSurrogate, bSurrogate] = [(a & 0xf800) === 0xd800, (b & 0xf800) === 0xd800];
    // A surrogate is part of a code point above every single unit.
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

function ranks(values: readonly string[]): number[] {
  const sorted = [...new Set(values)].sort(compareCodePoints);
  const rank = new Map(sorted.map((value, at) => [value, at]));
  return values.map((value) => rank.get(value) ?? 0);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

function tiedPairs(keys: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  let tied = 0;
  for (const count of counts.values()) tied += pairs(count);
  return tied;
}

/** Pairs with left[i] > left[j] for i < j, by merge sort: n·log n, as results of many rows are compared. */
function inversions(values: number[]): number {
  if (values.length < 2) return 0;
  const middle = values.length >> 1;
  const [left, right] = [values.slice(0, middle), values.slice(middle)];
  let count = inversions(left) + inversions(right);
  let [l, r] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const [a, b] = [left[l] ?? Number.POSITIVE_INFINITY, right[r] ?? Number.POSITIVE_INFINITY];
    if (a <= b) {
      values[at] = a;
      l += 1;
    } else {
      values[at] = b;
      r += 1;
      count += left.length - l;
    }
  }
  return count;
}

/**
 * Kendall's τ-b (Kendall 1945) between two lists of the same length whose items are ranked as strings, −1 to 1, computed
 * in the order of operations of SciPy's `kendalltau`. `NaN` where it is undefined: a list with fewer than two distinct
 * values.
 * @throws {RangeError} lists of different lengths
 */
export function kendallTau(left: readonly string[], right: readonly string[]): number {
  if (left.length !== right.length) throw new RangeError('Kendall’s τ needs lists of the same length');
  const size = left.length;
  const [x, y] = [ranks(left), ranks(right)];
  const total = pairs(size);
  const [xTies, yTies] = [tiedPairs(x), tiedPairs(y)];
  if (xTies === total || yTies === total) return Number.NaN;
  // A pair of ranks as one number; exact, as size² stays far below 2^53.
  const both = x.map((rank, at) => rank * size + (y[at] ?? 0));
  const discordant = inversions([...both].sort((a, b) => a - b).map((key) => key % size));
  const concordantMinusDiscordant = total - xTies - yTies + tiedPairs(both) - 2 * discordant;
  const tau = concordantMinusDiscordant / Math.sqrt(total - xTies) / Math.sqrt(total - yTies);
  return Math.max(-1, Math.min(1, tau));
}
