import { createReadStream } from 'node:fs';

/** Where a line is in its file, in bytes; with its line end. */
export interface LineRange {
  readonly begin: number;
  readonly end: number;
}

/** Lines of a file. */
export interface FileLines {
  readonly path: string;
  readonly lines: readonly LineRange[];
}

/**
 * The complete lines of a file, with where they end, in bytes. A line that was cut is left out. One line is in memory at a time;
 * the event loop runs other work after every 64 KiB.
 * @param start where a line begins, in bytes @default 0
 */
export async function* linesOf(
  path: string,
  start = 0,
): AsyncGenerator<readonly [text: string, end: number]> {
  let parts: Buffer[] = [];
  let at = start;
  for await (const chunk of createReadStream(path, { start })) {
    const bytes: Buffer = Buffer.from(chunk);
    let from = 0;
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, from)) {
      parts.push(bytes.subarray(from, newline));
      yield [Buffer.concat(parts).toString(), at + newline + 1];
      parts = [];
      from = newline + 1;
    }
    parts.push(bytes.subarray(from));
    at += bytes.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The same bytes in as few ranges as possible. */
export function joined(lines: readonly LineRange[]): LineRange[] {
  const ranges: LineRange[] = [];
  for (const { begin, end } of lines) {
    const last = ranges.at(-1);
    if (last?.end === begin) ranges[ranges.length - 1] = { begin: last.begin, end };
    else ranges.push({ begin, end });
  }
  return ranges;
}
