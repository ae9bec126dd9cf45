import { WriteStream } from 'node:tty';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { OnProgress } from './intercode.ts';

/** Cells of the bar. */
const WIDTH = 24;
/** Width of a terminal that does not report its width. */
const DEFAULT_COLUMNS = 80;

function bar(doing: string, share: number): string {
  const full = Math.round(share * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.round(share * 100)} % ${doing}`;
}

/** Prints a line when the work reaches another part. */
function inLines(title: string, stream: NodeJS.WritableStream): OnProgress {
  let last = '';
  return (doing) => {
    if (doing !== last) stream.write(`${title}: ${doing}\n`);
    last = doing;
  };
}

/**
 * Do some work and show its progress: a bar on a terminal, elsewhere a line for each part of the work.
 * @param stream where it is shown
 */
export async function withProgress<T>(
  title: string,
  stream: NodeJS.WritableStream,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  if (!(stream instanceof WriteStream)) return work(inLines(title, stream));
  const context: { result?: { readonly value: T } } = {};
  const logger = new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(stream, stream) });
  const run = async (_context: unknown, task: { output: string }): Promise<void> => {
    const value = await work((doing, share) => {
      task.output = bar(doing, share).slice(0, (stream.columns || DEFAULT_COLUMNS) - 4);
    });
    context.result = { value };
  };
  // Its default renderer depends on standard output, which is for results here.
  await new Listr([{ title, task: run }], {
    renderer: 'default',
    rendererOptions: { logger },
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger },
  }).run();
  if (context.result === undefined) throw new Error(`${title} ended without a result`);
  return context.result.value;
}
