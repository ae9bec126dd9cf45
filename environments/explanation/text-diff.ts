import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** Maximum lines that are added and removed; a text with more differs too much for a diff to be read. */
const MOST_EDITS = 400;
const CONTEXT_LINES = 3;

/** A text; `null` for bytes that are none. */
export function textOf(content: Buffer): string | null {
  if (content.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}

/**
 * From the expected text (`-`) to the given one (`+`), in the unified format.
 * @returns `undefined` if they differ too much
 */
export function textDiff(expected: string, given: string): string | undefined {
  return createTwoFilesPatch('expected', 'given', expected, given, undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: MOST_EDITS,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
