/** Maximum length of an error message for a client, in characters. */
const MAX_MESSAGE = 2_000;

/** Maximum number of issues in the answer to a request. */
export const MAX_ISSUES = 20;

const MAX_TEXT = 200;
const MAX_PARTS = 50;

/** The text, cut to a maximum length. */
export function clipped(text: string, limit: number = MAX_MESSAGE): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

/** A small JSON value as it is; the beginning of a larger one. */
export function excerpt(value: unknown): unknown {
  let parts = 0;
  const copy = (part: unknown): unknown => {
    parts += 1;
    if (typeof part === 'string') return clipped(part, MAX_TEXT);
    if (typeof part !== 'object' || part === null) return part;
    if (parts > MAX_PARTS) return '…';
    if (Array.isArray(part)) return part.slice(0, MAX_PARTS).map(copy);
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(part).slice(0, MAX_PARTS)) {
      entries.push([clipped(key, MAX_TEXT), copy(Reflect.get(part, key))]);
    }
    return Object.fromEntries(entries);
  };
  return copy(value);
}
