/** An answer ready to be sent: its text, or for a large one the parts of its UTF-8. */
export type Answer = string | readonly Buffer[];

/** Size above which a value is serialized in pieces, as `sizeOf` counts: twice the output of an ordinary step. */
const LARGE = 131_072;
/** Characters of a string that are serialized at a time. In JSON, each can take six. */
const SLICE = 32_768;
/** Characters of a part. The memory of larger strings is returned to the system when it is freed. */
const PART = 262_144;
/** Maximum work in one turn of the event loop, in milliseconds. */
const TURN_MS = 5;

export function isText(answer: Answer): answer is string {
  return typeof answer === 'string';
}

/** Bytes of an answer. For a text, its characters are counted. */
export function answerBytes(answer: Answer): number {
  if (isText(answer)) return answer.length;
  return answer.reduce((sum, { length }) => sum + length, 0);
}

/** Size of a value: its characters, plus eight for each value in it. Counting stops at `enough`. */
export function sizeOf(value: unknown, enough: number): number {
  if (typeof value === 'string') return value.length + 8;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 8;
  const parts = value as Readonly<Record<string, unknown>>;
  for (const key in parts) {
    const part = parts[key];
    // Every answer is measured, so leaves are counted without a call.
    if (typeof part === 'string') size += part.length + 8;
    else size += typeof part === 'object' && part !== null ? sizeOf(part, enough - size) : 8;
    if (size > enough) return size;
  }
  return size;
}

/** Whether a JSON value is too large to be serialized in one turn of the event loop. */
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
    // A surrogate pair must not be split: its halves would be escaped separately.
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

/** The keys of an object in the order of `canonicalJson`. */
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
 * The JSON text of a value in pieces; together they equal `JSON.stringify(value)`.
 * @param sorted with the keys of every object in order, as `canonicalJson` writes it
 */
export function* jsonPieces(value: unknown, sorted = false): Generator<string> {
  if (typeof value === 'string' && value.length > SLICE) yield* textPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value, sorted);
  else if (typeof value === 'object' && value !== null) yield* objectPieces(value, sorted);
  else yield JSON.stringify(value);
}

/** Join pieces of text to parts of some size. The event loop runs other work in between. */
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

/** The JSON text of a large value between `before` and `after`, made in several turns of the event loop. */
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
