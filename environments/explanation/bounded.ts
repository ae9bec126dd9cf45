import { type Explanation, MAX_EXPLANATION } from '../../protocol/explanation.ts';

/** Maximum length of one text, in UTF-16 code units. */
export const MAX_TEXT = 8_192;
/** Maximum entries of one list. */
export const MAX_ENTRIES = 100;

/** A text cut to a length, with what was left out in words. */
export function clippedText(text: string, most = MAX_TEXT): string {
  return text.length <= most ? text : `${text.slice(0, most)}… [${text.length - most} more characters]`;
}

/** An explanation within its bounds: long texts and lists are cut, then whole parts are left out, and `cut` says so. */
export function bounded(explanation: Explanation): Explanation {
  const marks = { cut: explanation.cut === true };
  const small = cutIn(explanation, marks) as Explanation;
  const fitted = fitting(small, marks);
  return marks.cut ? { ...fitted, cut: true } : fitted;
}

function cutIn(value: unknown, marks: { cut: boolean }): unknown {
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT) marks.cut = true;
    return clippedText(value);
  }
  if (Array.isArray(value)) {
    if (value.length > MAX_ENTRIES) marks.cut = true;
    return value.slice(0, MAX_ENTRIES).map((entry) => cutIn(entry, marks));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, cutIn(entry, marks)]));
}

/** Leaves out the end of the longest list, or of the longest text, until the rest fits. */
function fitting(explanation: Explanation, marks: { cut: boolean }): Explanation {
  let fitted = explanation;
  while (JSON.stringify(fitted).length > MAX_EXPLANATION) {
    marks.cut = true;
    const sizes = Object.entries(fitted)
      .map(([name, part]) => [name, JSON.stringify(part)?.length ?? 0] as const)
      .sort(([, a], [, b]) => b - a);
    const name = (sizes[0]?.[0] ?? 'notes') as keyof Explanation;
    const { [name]: part, ...rest } = fitted;
    const half = halved(part);
    fitted = { ...rest, ...(half === undefined ? {} : { [name]: half }) } as Explanation;
  }
  return fitted;
}

function halved(part: unknown): unknown {
  if (typeof part === 'string') return part.slice(0, part.length >> 1);
  if (Array.isArray(part)) return part.length > 1 ? part.slice(0, part.length >> 1) : part.map(halved);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, entry]) => [name, halved(entry)]));
}
