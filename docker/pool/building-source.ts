import { Deferred } from '../deferred.ts';
import { SandboxError } from '../errors.ts';
import type { AcquireOptions, Sandbox, SandboxSource } from '../sandbox.ts';

export interface BuildingSourceOptions {
  /** Hands out sandboxes of images that exist. */
  readonly sandboxes: SandboxSource;
  /** Build the image if it is missing or out of date; the signal aborts. Never called twice at the same time. */
  readonly ensure: (image: string, signal: AbortSignal) => Promise<unknown>;
  /** How long a failed build is reported again before the next attempt, in milliseconds. @default 10,000 */
  readonly pauseMs?: number;
  /** Milliseconds from any fixed moment. @default `performance.now` */
  readonly now?: () => number;
}

interface FailedBuild {
  readonly error: SandboxError;
  readonly at: number;
}

/**
 * Builds an image at its first use. All callers that need the image share one build; their time in the queue starts after
 * it; one that does not wait (`queueTimeoutMs: 0`) only starts it. Builds run one after the other, since images share parents and episodes run meanwhile. If a build fails, its callers
 * get a `SandboxError` with the builder's last output.
 */
export class BuildingSource implements SandboxSource {
  readonly #sandboxes: SandboxSource;
  readonly #ensure: BuildingSourceOptions['ensure'];
  readonly #pauseMs: number;
  readonly #now: () => number;
  readonly #ready = new Set<string>();
  readonly #builds = new Map<string, Promise<void>>();
  readonly #failed = new Map<string, FailedBuild>();
  /** Rejects one caller that waits for a build. */
  readonly #waiting = new Set<(error: SandboxError) => void>();
  #last: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(options: BuildingSourceOptions) {
    this.#sandboxes = options.sandboxes;
    this.#ensure = options.ensure;
    this.#pauseMs = options.pauseMs ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  async acquire(options: AcquireOptions): Promise<Sandbox> {
    const { image, queueTimeoutMs, signal } = options;
    if (!this.#ready.has(image)) {
      const building = this.build(image, signal);
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
    await this.build(image, signal);
    return this.#sandboxes.acquire(options);
  }

  /**
   * Wait until the image is there; build it if it is missing or out of date.
   * @throws {SandboxError} `start_failed`, `image_missing`, `draining`; `capacity` when aborted
   */
  async build(image: string, signal?: AbortSignal): Promise<void> {
    if (this.#closing.signal.aborted) throw closedError();
    if (signal?.aborted) throw abortedError(signal);
    const gone = new Deferred<never>();
    const leave = (error: SandboxError): void => gone.reject(error);
    const abort = (): void => leave(abortedError(signal));
    this.#waiting.add(leave);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#builds.get(image) ?? this.#begin(image), gone.promise]);
    } finally {
      this.#waiting.delete(leave);
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * Reject all waiting callers, abort the running build and start no other. Settles when the build has ended; a second
   * call waits for the same.
   */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    for (const leave of [...this.#waiting]) leave(closedError());
    await this.#last;
  }

  #begin(image: string): Promise<void> {
    const build = this.#last.then(() => this.#build(image)).finally(() => this.#builds.delete(image));
    this.#builds.set(image, build);
    this.#last = build.catch(() => {});
    return build;
  }

  async #build(image: string): Promise<void> {
    if (this.#closing.signal.aborted) throw closedError();
    const failed = this.#failed.get(image);
    if (failed !== undefined && this.#now() - failed.at < this.#pauseMs) throw failed.error;
    this.#failed.delete(image);
    try {
      await this.#ensure(image, this.#closing.signal);
      this.#ready.add(image);
    } catch (cause) {
      const code = cause instanceof SandboxError ? cause.code : 'start_failed';
      const words = cause instanceof Error ? cause.message : String(cause);
      const error = new SandboxError(code, `Image "${image}" cannot be used: ${words}`, { cause });
      this.#failed.set(image, { error, at: this.#now() });
      throw error;
    }
  }
}

/** The error of a request that does not wait. Its build goes on for later ones. */
function notYet(image: string, building: Promise<void>): SandboxError {
  building.catch(() => {});
  return new SandboxError('capacity', `Image "${image}" is not ready yet.`, {
    wait: { queueTimeoutMs: 0, position: 1, expectedWaitMs: null },
  });
}

function closedError(): SandboxError {
  return new SandboxError('draining', 'Images are no longer built: the server is shutting down.');
}

function abortedError(signal: AbortSignal | undefined): SandboxError {
  return new SandboxError('capacity', 'The wait for an image was aborted.', { cause: signal?.reason });
}
