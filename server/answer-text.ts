/** An answer ready to be sent: its text, or that of a large one as UTF-8 in parts. */
export type Answer = string | readonly Buffer[];

/** Size from which a value is written bit by bit, as `sizeOf` counts it: twice the output of an ordinary step. */
const LARGE = 131_072;
/** Characters of a text that are written in one go. In JSON each can take six. */
const SLICE = 32_768;
/** Characters of a part: the memory of larger ones goes back to the system when it is free. */
const PART = 262_144;
/** Longest work in one turn of the event loop, in milliseconds. */
const TURN_MS = 5;

export function isText(answer: Answer): answer is string {
  return typeof answer === 'string';
}

/** Bytes of an answer, counted as if each character took one where it is a text. */
export function answerBytes(answer: Answer): number {
  if (isText(answer)) return answer.length;
  return answer.reduce((sum, { length }) => sum + length, 0);
}

/** Size of a value: its characters, and eight for each value in it. Not counted beyond `enough`. */
export function sizeOf(value: unknown, enough: number): number {
  if (typeof value === 'string') return value.length + 8;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 8;
  const parts = value as Readonly<Record<string, unknown>>;
  for (const key in parts) {
    const part = parts[key];
    // Every answer is measured: what has no parts is not worth a call.
    if (typeof part === 'string') size += part.length + 8;
    else size += typeof part === 'object' && part !== null ? sizeOf(part, enough - size) : 8;
    if (size > enough) return size;
  }
  return size;
}

/** Whether a value of JSON is too large to be written in one go. */
export function isLarge(value: unknown): boolean {
  return sizeOf(value, LARGE) > LARGE;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function* textPieces(text: string): Generator<string> {
  yield '"';
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + SLICE, text.length);
    // The halves of a pair would be written as if each stood alone.
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to += 1;
    yield JSON.stringify(text.slice(from, to)).slice(1, -1);
    from = to;
  }
  yield '"';
}

function* listPieces(list: readonly unknown[], sorted: boolean): Generator<string> {
  let before = '[';
  for (const item of list) {
    yield before;
    yield* jsonPieces(item ?? null, sorted);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** The keys of an object in the order in which `canonicalJson` has them. */
function sortedKeys(object: object): string[] {
  const copy: Record<string, null> = {};
  for (const key of Object.keys(object).sort()) copy[key] = null;
  return Object.keys(copy);
}

function* objectPieces(object: object, sorted: boolean): Generator<string> {
  let before = '{';
  for (const key of sorted ? sortedKeys(object) : Object.keys(object)) {
    const value: unknown = Reflect.get(object, key);
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    yield* jsonPieces(value, sorted);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

/**
 * The JSON text of a value of JSON in pieces, the same as `JSON.stringify` gives.
 * @param sorted with the keys of every object in order, as `canonicalJson` writes it
 */
export function* jsonPieces(value: unknown, sorted = false): Generator<string> {
  if (typeof value === 'string' && value.length > SLICE) yield* textPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value, sorted);
  else if (typeof value === 'object' && value !== null) yield* objectPieces(value, sorted);
  else yield JSON.stringify(value);
}

/** Hand on pieces of text in parts of some size, and let others have the event loop in between. */
export async function inTurns(pieces: Iterable<string>, use: (text: string) => unknown): Promise<void> {
  let text = '';
  let unchecked = 0;
  let began = performance.now();
  for (const piece of pieces) {
    text += piece;
    unchecked += piece.length;
    if (unchecked < SLICE) continue;
    unchecked = 0;
    if (text.length >= PART) {
      await use(text);
      text = '';
    }
    if (performance.now() - began < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
  if (text !== '') await use(text);
}

/** The JSON text of a large value, made in turns: `before` and `after` stand around it. */
export async function largeText(value: unknown, before = '', after = ''): Promise<readonly Buffer[]> {
  const parts: Buffer[] = [];
  const around = function* (): Generator<string> {
    yield before;
    yield* jsonPieces(value);
    yield after;
  };
  await inTurns(around(), (text) => parts.push(Buffer.from(text)));
  return parts;
}
