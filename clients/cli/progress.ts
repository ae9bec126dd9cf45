import type { Writable } from 'node:stream';
import type { OnProgress } from '../../environments/import/intercode.ts';

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

/** A line whenever something else is being done. */
function inLines(title: string, stream: Writable): OnProgress {
  let last = '';
  return (doing) => {
    if (doing !== last) stream.write(`${title}: ${doing}\n`);
    last = doing;
  };
}

/** Do some work and show its progress: a bar on a terminal, elsewhere a line for each part of the work. */
export async function withProgress<T>(
  title: string,
  stream: Writable,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  if (!isTerminal(stream)) return work(inLines(title, stream));
  const line = new StatusLine(stream);
  try {
    return await work((doing, share) =>
      line.show(`${title} ${bar(share)} ${Math.round(share * 100)} % ${doing}`),
    );
  } finally {
    line.end();
  }
}
