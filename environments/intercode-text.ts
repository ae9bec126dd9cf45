/**
 * Places where Python and JavaScript read text and numbers differently, as far as InterCode's answers depend on them.
 */

const PYTHON_SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const SPACE = new RegExp(PYTHON_SPACE);
const RUNS = new RegExp(`${PYTHON_SPACE}+`);
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
/**
 * What `repr` of a string escapes: quotes, backslashes, and what `str.isprintable` refuses: controls, format characters,
 * surrogates, unassigned, separators but the space.
 */
const ODD = /['"\\]|(?! )[\p{C}\p{Z}]/gu;
const ODD_BYTE = /['"\\]|[^ -~]/g;

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code >= 0x80) return SPACE.test(text.charAt(at));
  return (code >= 0x1c && code <= 0x20) || (code >= 0x09 && code <= 0x0d);
}

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text, start)) start += 1;
  while (end > start && isSpace(text, end - 1)) end -= 1;
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

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

/** Looks only at the odd characters one by one: a text may be large, and all episodes wait meanwhile. */
function quoted(text: string, odd: RegExp): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(odd, (character) => {
    if (character === quote) return `\\${quote}`;
    return character === "'" || character === '"'
      ? character
      : (SHORT_ESCAPES[character] ?? escaped(character));
  });
  return quote + inside + quote;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** Python's `repr` of a string. Which characters count as printable follows this Node's Unicode version. */
export function pythonString(text: string): string {
  return quoted(text, ODD);
}

/** Python's `repr` of bytes. */
export function pythonBytes(bytes: Uint8Array): string {
  return `b${quoted(Buffer.from(bytes).toString('latin1'), ODD_BYTE)}`;
}
