import type { Writable } from 'node:stream';
import type { OnProgress } from '../../environments/import/intercode.ts';
import { bar, isTerminal, StatusLine } from './status-line.ts';

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
