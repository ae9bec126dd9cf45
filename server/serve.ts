import type { Config } from './config/config.ts';
import { type StartOptions, startServer } from './main.ts';

/** Maximum time to remove sandboxes at the end of the process, besides the time per sandbox, in milliseconds. */
const REMOVAL_MS = 30_000;
/** Maximum time per sandbox, on a busy machine, in milliseconds. */
const REMOVAL_OF_ONE_MS = 200;

/**
 * Serve until SIGTERM or SIGINT: running steps finish, episodes close, sandboxes are removed. A second signal ends the
 * process at once; the next server removes what it leaves behind.
 * @returns the exit status
 */
export async function serve(config: Config, options: StartOptions = {}): Promise<number> {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  try {
    const server = await startServer(config, { ...options, signal: stopping.signal, keepServing: true });
    process.stderr.write(`${server.explanation}\n`);
    process.stdout.write(`${server.summary}\n`);
    await stopped;
    const limitMs = config.drain_timeout_ms + REMOVAL_MS + REMOVAL_OF_ONE_MS * server.sandboxes;
    const late = setTimeout(() => {
      process.stderr.write(
        `stepwell: ${server.sandboxes} sandboxes are left for the next server to remove\n`,
      );
      process.exit(1);
    }, limitMs);
    await server.close();
    clearTimeout(late);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) return 0;
    throw error;
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
}
