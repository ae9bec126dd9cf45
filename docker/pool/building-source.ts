import { Deferred } from '../deferred.ts';
import { SandboxError } from '../errors.ts';
import type { AcquireOptions, Sandbox, SandboxSource } from '../sandbox.ts';
import { ImageBuild } from './image-build.ts';

export interface BuildingSourceOptions {
  /** Hands out sandboxes of images that exist. */
  readonly sandboxes: SandboxSource;
  /**
   * Build the image if it is missing or out of date; the signal aborts. Never called twice at the same time for one image.
   * @param onLine takes each line of the builder
   */
  readonly ensure: (image: string, signal: AbortSignal, onLine: (line: string) => void) => Promise<unknown>;
  /** Maximum number of builds at a time, from 1. @default 2 */
  readonly atOnce?: number;
  /** Maximum number of builds that wait for their turn; more are refused. @default 1,000 */
  readonly maxWaiting?: number;
  /** How long a failed build is reported again before the next attempt, in milliseconds. @default 10,000 */
  readonly pauseMs?: number;
  /** Milliseconds from any fixed moment. @default `performance.now` */
  readonly now?: () => number;
}

interface FailedBuild {
  readonly error: SandboxError;
  readonly at: number;
}

/** How a request waits for the build of an image. */
type BuildWait = Pick<AcquireOptions, 'signal' | 'onBuilding'>;

/**
 * Builds an image at its first use. All callers that need the image share one build, and are told how far it is; their time in the
 * queue starts after it; one that does not wait (`queueTimeoutMs: 0`) only starts it. A few builds run at a time, the others wait
 * for their turn. If a build fails, its callers get a `SandboxError` with the builder's last output.
 */
export class BuildingSource implements SandboxSource {
  readonly #sandboxes: SandboxSource;
  readonly #ensure: BuildingSourceOptions['ensure'];
  readonly #atOnce: number;
  readonly #maxWaiting: number;
  readonly #pauseMs: number;
  readonly #now: () => number;
  readonly #ready = new Set<string>();
  readonly #builds = new Map<string, ImageBuild>();
  /** Builds that wait for their turn, the next one first. */
  readonly #queue: ImageBuild[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #failed = new Map<string, FailedBuild>();
  /** Rejects one caller that waits for a build. */
  readonly #waiting = new Set<(error: SandboxError) => void>();
  readonly #closing = new AbortController();

  constructor(options: BuildingSourceOptions) {
    this.#sandboxes = options.sandboxes;
    this.#ensure = options.ensure;
    this.#atOnce = options.atOnce ?? 2;
    this.#maxWaiting = options.maxWaiting ?? 1_000;
    this.#pauseMs = options.pauseMs ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  async acquire(options: AcquireOptions): Promise<Sandbox> {
    const { image, queueTimeoutMs } = options;
    if (!this.#ready.has(image)) {
      const building = this.build(image, options);
      if (queueTimeoutMs === 0) throw notYet(image, building);
      await building;
    }
    try {
      return await this.#sandboxes.acquire(options);
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== 'image_missing') throw error;
    }
    // The image was removed in the meantime.
    this.#ready.delete(image);
    await this.build(image, options);
    return this.#sandboxes.acquire(options);
  }

  /**
   * Wait until the image is there; build it if it is missing or out of date.
   * @throws {SandboxError} `start_failed`, `build_failed`, `image_missing`, `draining`; `capacity` when aborted, or when too many builds
   * wait already
   */
  async build(image: string, { signal, onBuilding }: BuildWait = {}): Promise<void> {
    if (this.#closing.signal.aborted) throw closedError();
    if (signal?.aborted) throw abortedError(signal);
    const build = this.#builds.get(image) ?? this.#begin(image);
    const gone = new Deferred<never>();
    const leave = (error: SandboxError): void => gone.reject(error);
    const abort = (): void => leave(abortedError(signal));
    this.#waiting.add(leave);
    signal?.addEventListener('abort', abort, { once: true });
    const unwatch = build.watch(onBuilding);
    try {
      await Promise.race([build.done, gone.promise]);
    } finally {
      unwatch();
      this.#waiting.delete(leave);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ask about each image again before its next use: what images are made from may have changed. */
  lookAgain(): void {
    this.#ready.clear();
    this.#failed.clear();
  }

  /**
   * Reject all waiting callers, abort the running builds and start no other. Settles when the builds have ended; a second
   * call waits for the same.
   */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    for (const leave of [...this.#waiting]) leave(closedError());
    for (const build of this.#queue.splice(0)) this.#end(build, closedError());
    await Promise.all(this.#running);
  }

  /** @throws {SandboxError} `capacity` if too many builds wait */
  #begin(image: string): ImageBuild {
    const failed = this.#failed.get(image);
    const build = new ImageBuild(image);
    if (failed !== undefined && this.#now() - failed.at < this.#pauseMs) {
      build.fail(failed.error);
      return build;
    }
    this.#failed.delete(image);
    if (this.#running.size >= this.#atOnce && this.#queue.length >= this.#maxWaiting) {
      throw fullError(image, this.#queue.length);
    }
    this.#builds.set(image, build);
    this.#queue.push(build);
    this.#next();
    return build;
  }

  /** Start the builds whose turn it is, and tell the others how many are before them. */
  #next(): void {
    while (this.#running.size < this.#atOnce) {
      const build = this.#queue.shift();
      if (build === undefined) break;
      const running: Promise<void> = this.#run(build).finally(() => {
        this.#running.delete(running);
        this.#next();
      });
      this.#running.add(running);
    }
    for (const [index, build] of this.#queue.entries()) {
      build.tell({ ahead: this.#running.size + index });
    }
  }

  /** Never rejects. */
  async #run(build: ImageBuild): Promise<void> {
    const { image } = build;
    build.tell({ ahead: 0 });
    try {
      await this.#ensure(image, this.#closing.signal, (line) => build.tell({ line }));
      this.#ready.add(image);
      this.#end(build, null);
    } catch (cause) {
      const code = cause instanceof SandboxError ? cause.code : 'start_failed';
      const words = cause instanceof Error ? cause.message : String(cause);
      const error = new SandboxError(code, `Image "${image}" cannot be used: ${words}`, { cause });
      this.#failed.set(image, { error, at: this.#now() });
      this.#end(build, error);
    }
  }

  #end(build: ImageBuild, error: SandboxError | null): void {
    this.#builds.delete(build.image);
    if (error === null) build.succeed();
    else build.fail(error);
  }
}

/** The error of a request that does not wait. Its build goes on for later ones. */
function notYet(image: string, building: Promise<void>): SandboxError {
  building.catch(() => {});
  return new SandboxError('capacity', `Image "${image}" is not ready yet.`, {
    wait: { queueTimeoutMs: 0, position: 1, expectedWaitMs: null },
  });
}

function fullError(image: string, waiting: number): SandboxError {
  return new SandboxError(
    'capacity',
    `Image "${image}" is not built for now: ${waiting} other builds wait already.`,
  );
}

function closedError(): SandboxError {
  return new SandboxError('draining', 'Images are no longer built: the server is shutting down.');
}

function abortedError(signal: AbortSignal | undefined): SandboxError {
  return new SandboxError('capacity', 'The wait for an image was aborted.', { cause: signal?.reason });
}
