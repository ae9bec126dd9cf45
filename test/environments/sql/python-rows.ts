import type { SqlRow, SqlValue } from '../../../environments/sql/sql-value.ts';

/** A text that is not a Python list of tuples in the form of `pythonRows`. */
export class PythonRowsError extends Error {
  override name = 'PythonRowsError';
}

const OPENING = /(b?)(['"])/y;
const NUMBER = /-?(?:inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|nan/y;
const CALL = /(?:Decimal|bytearray|datetime\.(?:date|datetime|timedelta))(?=\()/y;
const ARGUMENT = /(?:(days|seconds|microseconds)=)?(-?\d+)/y;
const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U(00(?:0[\da-f]|10)[\da-f]{4})|(.))/g;
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const WORDS: Readonly<Record<string, null | boolean>> = { None: null, True: true, False: false };

function unescaped(literal: string): string {
  return literal.replace(ESCAPE, (_, x?: string, u?: string, long?: string, single?: string) => {
    const code = x ?? u ?? long;
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return CONTROLS[single ?? ''] ?? single ?? '';
  });
}

/** A text and a position in it. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The match of a sticky pattern at the position, which moves behind it; `null` if there is none. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  skip(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.skip(token)) this.fail(`expected ${token}`);
  }

  /** The text up to the quote that closes a string, with its escapes; a loop, because strings may be megabytes long. */
  closedBy(quote: string): string {
    const start = this.#at;
    for (let at = start; at < this.#text.length; at += 1) {
      const character = this.#text.charAt(at);
      if (character === '\\') at += 1;
      if (character !== quote) continue;
      this.#at = at + 1;
      return this.#text.slice(start, at);
    }
    return this.fail('expected the end of the string that begins');
  }

  /** Items up to the closing token, separated by commas; Python's tuple of one item has a trailing comma. */
  items<T>(close: string, item: () => T): T[] {
    const found: T[] = [];
    while (!this.skip(close)) {
      found.push(item());
      if (this.skip(close)) break;
      this.expect(',');
      this.skip(' ');
    }
    return found;
  }

  end(): void {
    if (this.#at !== this.#text.length) this.fail('expected the end');
  }

  fail(reason: string): never {
    throw new PythonRowsError(`${reason} at character ${this.#at}`);
  }
}

function literal(reader: Reader): string | Uint8Array | undefined {
  const opening = reader.match(OPENING);
  if (opening === null) return undefined;
  const [, prefix, quote = ''] = opening;
  const text = unescaped(reader.closedBy(quote));
  return prefix === 'b' ? new Uint8Array(Buffer.from(text, 'latin1')) : text;
}

function numberFrom(text: string): bigint | number {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  return text.endsWith('inf') ? Number(text.replace('inf', 'Infinity')) : Number(text);
}

function called(reader: Reader, name: string): SqlValue {
  reader.expect('(');
  if (name === 'Decimal' || name === 'bytearray') {
    const value = literal(reader);
    reader.expect(')');
    if (name === 'Decimal' && typeof value === 'string') return { type: 'decimal', text: value };
    if (name === 'bytearray' && value instanceof Uint8Array) return value;
    return reader.fail(`no ${name}`);
  }
  const named = new Map<string, bigint>();
  const plain = reader.items(')', () => {
    const [, key, digits = ''] = reader.match(ARGUMENT) ?? reader.fail('expected a number');
    if (key !== undefined) named.set(key, BigInt(digits));
    return Number(digits);
  });
  if (name === 'datetime.timedelta') {
    const part = (key: string) => named.get(key) ?? 0n;
    const seconds = part('days') * 86_400n + part('seconds');
    return { type: 'time', microseconds: seconds * 1_000_000n + part('microseconds') };
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microsecond = 0] = plain;
  if (name === 'datetime.date') return { type: 'date', year, month, day };
  return { type: 'datetime', year, month, day, hour, minute, second, microsecond };
}

function value(reader: Reader): SqlValue {
  for (const [word, constant] of Object.entries(WORDS)) if (reader.skip(word)) return constant;
  const text = literal(reader);
  if (text !== undefined) return text;
  const number = reader.match(NUMBER)?.[0];
  if (number !== undefined) return numberFrom(number);
  const call = reader.match(CALL)?.[0];
  return call === undefined ? reader.fail('expected a value') : called(reader, call);
}

function row(reader: Reader): SqlRow {
  reader.expect('(');
  return reader.items(')', () => value(reader));
}

/**
 * The rows in a text that `pythonRows` or InterCode wrote, e.g. `[('people',), (Decimal('2.50'), None)]`; `null` for
 * `None`. A `bytearray` is read as bytes.
 * @throws {PythonRowsError} any other text
 */
export function parsePythonRows(text: string): SqlRow[] | null {
  if (text === 'None') return null;
  const reader = new Reader(text);
  reader.expect('[');
  const rows = reader.items(']', () => row(reader));
  reader.end();
  return rows;
}
