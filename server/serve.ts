import cluster from 'node:cluster';
import type { Config } from './config/config.ts';
import { freePort } from './connection/http-server.ts';
import { type RunningServer, type StartOptions, startServer } from './main.ts';
import { poolLine, readyLine, type SummaryFacts } from './summary.ts';
import { placeIn, type WorkerPlace } from './workers/place.ts';
import { Crew, type WorkerOrder, type WorkerReady } from './workers/primary.ts';
import { configOfWorker, workerCount } from './workers/shares.ts';

/** Maximum time to remove sandboxes at the end of the process, besides the time per sandbox, in milliseconds. */
const REMOVAL_MS = 30_000;
/** Maximum time per sandbox, on a busy machine, in milliseconds. */
const REMOVAL_OF_ONE_MS = 200;

/**
 * Serve until SIGTERM or SIGINT: running steps finish, episodes close, sandboxes are removed. A second signal ends the
 * process at once; the next server removes what it leaves behind. With several workers, SIGHUP restarts them one by one.
 * @returns the exit status
 */
export async function serve(config: Config, options: StartOptions = {}): Promise<number> {
  const place = placeIn(options.env ?? process.env);
  if (place !== undefined) return serveAsWorker(config, place, options);
  const count = workerCount(config);
  return count === 1 ? serveAlone(config, options) : serveByWorkers(config, count);
}

async function serveAlone(config: Config, options: StartOptions): Promise<number> {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    return await serveUntil(stopping.signal, config, options, async (server, stopped) => {
      process.stderr.write(`${server.explanation}\n`);
      process.stdout.write(`${server.summary}\n`);
      await stopped;
    });
  } finally {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
}

/** The first process: it starts the others, and prints for all. */
async function serveByWorkers(config: Config, count: number): Promise<number> {
  const port = await freePort(config.host, config.port);
  const crew = new Crew<SummaryFacts>({
    count,
    port,
    onReady: (facts) => {
      const [first] = facts;
      if (first === undefined) return;
      const poolMax = facts.reduce((sum, one) => sum + one.poolMax, 0);
      const whole = { ...first, pool: config.pool, poolMax };
      process.stderr.write(`${poolLine(whole)}\n`);
      process.stdout.write(`${readyLine(whole)} by ${count} workers\n`);
    },
    onEvent: (text) => process.stderr.write(`stepwell: ${text}\n`),
  });
  const stop = (): void => crew.stop();
  const restart = (): void => void crew.restart();
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', restart);
  await crew.start();
  const status = await crew.ended;
  process.off('SIGTERM', stop);
  process.off('SIGINT', stop);
  process.off('SIGHUP', restart);
  return status;
}

/** One of several processes, which the first one orders about. Signals of a terminal reach all; they are for the first. */
async function serveAsWorker(config: Config, place: WorkerPlace, options: StartOptions): Promise<number> {
  const stopping = new AbortController();
  let retire = (): void => {};
  const retiring = new Promise<void>((resolve) => {
    retire = resolve;
  });
  process.on('message', (order: WorkerOrder) => {
    if (order === 'retire') retire();
    else stopping.abort(new Error('stopped by the first process'));
  });
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('SIGTERM', () => stopping.abort(new Error('stopped by SIGTERM')));
  const own = configOfWorker(config, place.index, place.count);
  const work = async (server: RunningServer, stopped: Promise<void>): Promise<void> => {
    process.send?.({ ready: server.facts } satisfies WorkerReady<SummaryFacts>);
    await Promise.race([stopped, retiring]);
    if (stopping.signal.aborted) return;
    // What is left goes on in another process: as after a kill, but between two steps.
    if (!(await server.retire()) && !stopping.signal.aborted) process.exit(0);
  };
  try {
    return await serveUntil(stopping.signal, own, { ...options, place }, work);
  } finally {
    // Nothing else keeps this process. `process.disconnect` would end it with status 0.
    cluster.worker?.disconnect();
  }
}

/** Serve, do `work`, and close. @param work gets the server and a promise of the stop */
async function serveUntil(
  signal: AbortSignal,
  config: Config,
  options: StartOptions,
  work: (server: RunningServer, stopped: Promise<void>) => Promise<void>,
): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
  try {
    const server = await startServer(config, { ...options, signal, keepServing: true });
    await work(server, stopped);
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
    if (signal.aborted && error === signal.reason) return 0;
    throw error;
  }
}
