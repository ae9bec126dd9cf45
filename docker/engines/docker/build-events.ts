import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** What an engine reports while it pulls, imports or builds: one JSON object a line. */
const EngineEvent = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
});

/** An engine's error while it pulls, imports or builds. The message begins with what it said just before. */
export class EngineEventError extends Error {
  override readonly name = 'EngineEventError';
  /** The error alone. */
  readonly reason: string;

  constructor(said: readonly string[], reason: string) {
    super([...said, reason].join(' | '));
    this.reason = reason;
  }
}

/**
 * Read an engine's progress to its end.
 * @param signal stops reading, which makes the engine stop its work
 * @throws {EngineEventError} the engine's error; the stream's error; the signal's reason
 */
export async function followEngine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const said: string[] = [];
  for await (const text of linesOf(stream, signal)) {
    if (text.trim() === '') continue;
    const event = EngineEvent.parse(JSON.parse(text));
    if (event.error !== undefined) throw new EngineEventError(said.slice(-5), withoutScript(event.error));
    const id = event.id === undefined ? '' : `${event.id}: `;
    const progress = event.stream ?? (event.status === undefined ? '' : `${id}${event.status}`);
    const line = stripVTControlCharacters(progress).trim();
    if (line === '') continue;
    said.push(line);
    if (said.length > 20) said.shift();
    onLine(line);
  }
}

/** The lines of a stream. Unlike a plain line reader it also ends when the stream fails or the signal aborts. */
async function* linesOf(stream: NodeJS.ReadableStream, signal?: AbortSignal): AsyncGenerator<string> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
    lines.close();
  };
  const abort = (): void => {
    fail(signal?.reason);
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  };
  stream.on('error', fail).on('close', () => lines.close());
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) abort();
    yield* lines;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  if (failure !== undefined) throw failure;
}

/** The engine repeats the whole command that failed; the last output of the script and its status are more useful. */
function withoutScript(error: string): string {
  return error.replace(/^The command '.*\n.*' returned/s, 'its script returned');
}
