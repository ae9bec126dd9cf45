/** Maximum nesting of arrays and objects in a client's JSON. The code that handles it, e.g. logs, recurses. */
export const MAX_DEPTH = 64;

/** Maximum number of values in a text, as each takes memory. A batch of 1,024 requests has about 15,000. */
export const MAX_VALUES = 32_768;

/** Maximum length of a text with too much nesting that is parsed for its request id, in characters. */
const MAX_LOOKED_THROUGH = 262_144;

/** A text that is refused as JSON. The length of the message is bounded. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** `malformed`: no JSON; `excessive`: JSON, but nested too deep or of too many values. */
  readonly kind: 'malformed' | 'excessive';
  /** The value of a text that is nested too deep but small, for its request id. */
  readonly value: unknown;

  constructor(kind: JsonError['kind'], message: string, value?: unknown) {
    super(message);
    this.kind = kind;
    this.value = value;
  }
}

const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;
const TOO_MANY = `more than ${MAX_VALUES} values`;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index of the closing quote of the string that begins at `start`; past the end if there is none. */
function endOfString(text: string, start: number): number {
  const quote = text.indexOf('"', start);
  if (quote < 0) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  // With many escaped quotes, searching for each would cost more than one pass over the characters.
  let at = start;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** Whether a text has too few characters and brackets to exceed a maximum. It is sooner found than the values are counted. */
function isSmall(text: string): boolean {
  return text.length <= MAX_VALUES && opened(text, '{') + opened(text, '[') <= MAX_DEPTH;
}

/** Number of these brackets, those in strings included; of many, more than the maximum depth. */
function opened(text: string, bracket: '{' | '['): number {
  let count = 0;
  for (let at = text.indexOf(bracket); at >= 0 && count <= MAX_DEPTH; at = text.indexOf(bracket, at + 1)) {
    count += 1;
  }
  return count;
}

/** Why the text must not be parsed, found without parsing it; `undefined` if it may be. */
function excessOf(text: string): string | undefined {
  if (isSmall(text)) return undefined;
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at + 1);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > MAX_DEPTH) return TOO_DEEP;
        values += 1;
        if (values > MAX_VALUES) return TOO_MANY;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x2c: // ,
        values += 1;
        if (values > MAX_VALUES) return TOO_MANY;
    }
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError('malformed', error instanceof Error ? error.message : String(error));
  }
}

function lookedInto(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Parse a client's JSON.
 * @throws {JsonError} for text that is not JSON, nests deeper than 64 levels or has more than 32,768 values
 */
export function parseJson(text: string): unknown {
  const excess = excessOf(text);
  if (excess === undefined) return parse(text);
  // JSON.parse itself does not recurse.
  const small = excess === TOO_DEEP && text.length <= MAX_LOOKED_THROUGH;
  throw new JsonError('excessive', excess, small ? lookedInto(text) : undefined);
}
