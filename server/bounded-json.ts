/** Deepest nesting of arrays and objects that a client may send. What it reaches, logs and answers included, recurses. */
export const MAX_DEPTH = 64;

/** Most values of one text: a batch of 1,024 requests has about 15,000. Each costs far more than its characters. */
export const MAX_VALUES = 32_768;

/** Longest text of too much nesting that is still looked through for the id of its request, in characters. */
const MAX_LOOKED_THROUGH = 262_144;

/** Text that is not taken as JSON; the message says why, in bounded length. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** `malformed`: no JSON; `excessive`: JSON, but nested too deep or of too many values. */
  readonly kind: 'malformed' | 'excessive';
  /** The text's value, where it is nested too deep and can be looked into for a request's id. */
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

/** Index of the quote that ends the string whose first character is at `start`; past the end where none does. */
function endOfString(text: string, start: number): number {
  const quote = text.indexOf('"', start);
  if (quote < 0) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  // A search for each of many escaped quotes would cost more than looking at every character once.
  let at = start;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** Why the text is not to be built, found without building any of it; `undefined` where nothing stands against it. */
function excessOf(text: string): string | undefined {
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
 * The value of JSON text that a client sent.
 * @throws {JsonError} for what is no JSON, nests deeper than 64 levels or has more than 32,768 values
 */
export function parseJson(text: string): unknown {
  const excess = excessOf(text);
  if (excess === undefined) return parse(text);
  // Parsing itself does not recurse.
  const small = excess === TOO_DEEP && text.length <= MAX_LOOKED_THROUGH;
  throw new JsonError('excessive', excess, small ? lookedInto(text) : undefined);
}
