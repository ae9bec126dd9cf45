import { WriteStream } from 'node:tty';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { OnProgress } from './intercode.ts';

/** Cells of the bar. */
const WIDTH = 24;

function bar(doing: string, share: number): string {
  const full = Math.round(share * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.round(share * 100)} % ${doing}`;
}

/**
 * Do some work and show how far it is: a bar on a terminal; elsewhere a line for each part of the work.
 * @param stream where it is shown
 */
export async function withProgress<T>(
  title: string,
  stream: NodeJS.WritableStream,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  if (!(stream instanceof WriteStream)) return work((doing) => stream.write(`${title}: ${doing}\n`));
  const context: { result?: { readonly value: T } } = {};
  const logger = new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(stream, stream) });
  const run = async (_context: unknown, task: { output: string }): Promise<void> => {
    const value = await work((doing, share) => {
      task.output = bar(doing, share).slice(0, stream.columns - 4);
    });
    context.result = { value };
  };
  // Its choice of a renderer looks at standard output, which is free for results here.
  await new Listr([{ title, task: run }], {
    renderer: 'default',
    rendererOptions: { logger },
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { logger },
  }).run();
  if (context.result === undefined) throw new Error(`${title} ended without a result`);
  return context.result.value;
}
