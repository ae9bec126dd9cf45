import type { Writable } from 'node:stream';

/** Width of a terminal that does not tell its own. */
const DEFAULT_COLUMNS = 80;
const BAR_WIDTH = 20;
/** Back to the first column, and clear to the end of the line. */
const CLEAR = '\r\u001b[K';

/** Whether a stream is a terminal. */
export function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** A line of a terminal that each text overwrites. Nothing else may write to the terminal meanwhile. */
export class StatusLine {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Show a text, cut at the terminal's width. */
  show(text: string): void {
    const columns = 'columns' in this.#stream ? Number(this.#stream.columns) : 0;
    this.#stream.write(CLEAR + text.slice(0, (columns > 0 ? columns : DEFAULT_COLUMNS) - 1));
  }

  /** Leave a text in its place, or nothing. */
  end(text = ''): void {
    this.#stream.write(text === '' ? CLEAR : `${CLEAR}${text}\n`);
  }
}

/** @param share done, from 0 to 1 */
export function bar(share: number): string {
  return `[${'#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '-')}]`;
}
