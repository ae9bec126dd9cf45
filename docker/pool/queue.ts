import { Deferred } from '../deferred.ts';
import { SandboxError } from '../errors.ts';
import type { AcquireOptions, Purpose, Sandbox } from '../sandbox.ts';

/** A request that waits for a sandbox. */
export class Waiter {
  readonly image: string;
  readonly purpose: Purpose;
  readonly #sandbox = new Deferred<Sandbox>();
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #leave: () => void;
  readonly #onAbort = (): void => {
    this.reject(
      new SandboxError('capacity', 'The wait for a sandbox was aborted.', { cause: this.#signal?.reason }),
    );
  };

  /** @param leave called once, when the wait ends in any way */
  constructor(options: AcquireOptions, queueTimeoutMs: number, leave: (waiter: Waiter) => void) {
    this.image = options.image;
    this.purpose = options.purpose;
    this.#signal = options.signal;
    this.#leave = () => leave(this);
    this.#timer = setTimeout(() => {
      const message = `No sandbox of image "${this.image}" became free within ${queueTimeoutMs} ms.`;
      this.reject(new SandboxError('capacity', message));
    }, queueTimeoutMs);
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get sandbox(): Promise<Sandbox> {
    return this.#sandbox.promise;
  }

  resolve(sandbox: Sandbox): void {
    this.#end();
    this.#sandbox.resolve(sandbox);
  }

  reject(error: SandboxError): void {
    this.#end();
    this.#sandbox.reject(error);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#leave();
  }
}

/** Requests that wait for sandboxes of any image, longest wait first. */
export class PoolQueue implements Iterable<Waiter> {
  readonly #waiters = new Set<Waiter>();
  readonly #queueTimeoutMs: number;

  /** @param queueTimeoutMs maximum wait of a request that names none */
  constructor(queueTimeoutMs: number) {
    this.#queueTimeoutMs = queueTimeoutMs;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** Rejects with {@link SandboxError} `capacity` at the deadline or when aborted. */
  join(options: AcquireOptions): Promise<Sandbox> {
    const waiter = new Waiter(options, options.queueTimeoutMs ?? this.#queueTimeoutMs, (leaving) => {
      this.#waiters.delete(leaving);
    });
    this.#waiters.add(waiter);
    return waiter.sandbox;
  }

  /**
   * The request that has waited longest for such a container; it stays in the queue.
   * @param reserve the container is only for grades
   */
  first(image: string, reserve: boolean): Waiter | undefined {
    for (const waiter of this.#waiters) {
      if (waiter.image === image && (!reserve || waiter.purpose === 'grading')) return waiter;
    }
    return undefined;
  }

  waitingFor(image: string): number {
    let count = 0;
    for (const waiter of this.#waiters) if (waiter.image === image) count += 1;
    return count;
  }

  /** Reject waiting requests. @param chosen which of them @default all */
  reject(error: () => SandboxError, chosen: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of [...this.#waiters]) if (chosen(waiter)) waiter.reject(error());
  }

  /** Reject the requests that wait for an image. */
  rejectFor(image: string, error: SandboxError): void {
    this.reject(
      () => error,
      (waiter) => waiter.image === image,
    );
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters.values();
  }
}
