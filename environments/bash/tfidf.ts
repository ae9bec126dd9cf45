/** Unicode letters, numbers and the underscore, at least two in a row: what `\b\w\w+\b` finds in Python. */
const WORDS = /[\p{L}\p{N}_]{2,}/gu;

function counts(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(WORDS)) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
}

/**
 * Cosine of the TF-IDF vectors of two texts, as scikit-learn's `TfidfVectorizer` makes them by default from these two
 * documents: raw counts, idf = ln(3 / (1 + df)) + 1, Euclidean norm. `null` if there is no word at all.
 */
export function tfidfCosine(a: string, b: string): number | null {
  const left = counts(a);
  const right = counts(b);
  if (left.size + right.size === 0) return null;
  const rare = Math.log(3 / 2) + 1;
  const weight = (own: Map<string, number>, other: Map<string, number>, word: string) =>
    (own.get(word) ?? 0) * (other.has(word) ? 1 : rare);
  let dot = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (const word of left.keys()) {
    const value = weight(left, right, word);
    leftSquares += value * value;
    dot += value * (right.get(word) ?? 0);
  }
  for (const word of right.keys()) rightSquares += weight(right, left, word) ** 2;
  if (dot === 0) return 0;
  return dot / (Math.sqrt(leftSquares) * Math.sqrt(rightSquares));
}
