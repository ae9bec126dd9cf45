import { Deferred } from '../deferred.ts';
import { SandboxError } from '../errors.ts';
import type { AcquireOptions, Purpose, QueuePlace, Sandbox, StoredImage } from '../sandbox.ts';

/** Least time between two reports of a request's place, in milliseconds. */
export const TELL_MS = 1_000;

/** What a waiter needs of its queue. */
export interface WaiterParts {
  /** Maximum wait of a request that names none, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** Its place now. */
  readonly placeOf: (waiter: Waiter) => QueuePlace;
  /** Called once, when the wait ends in any way. */
  readonly leave: (waiter: Waiter, served: boolean) => void;
}

/** A request that waits for a sandbox. */
export class Waiter {
  readonly image: string;
  readonly purpose: Purpose;
  /** The image of the store that its sandbox is to show. */
  readonly stored: StoredImage | undefined;
  /** By which requests take turns: grades and episodes, then clients, then environments. */
  readonly path: readonly unknown[];
  /** When its wait is over, in milliseconds from any fixed moment. */
  readonly endsAt: number;
  readonly #options: AcquireOptions;
  readonly #parts: WaiterParts;
  readonly #sandbox = new Deferred<Sandbox>();
  #timer: NodeJS.Timeout;
  #isPromised = false;
  #isOver = false;
  readonly #began: number;
  #told: { readonly position: number; readonly at: number } | undefined;
  readonly #onAbort = (): void => {
    this.reject(
      new SandboxError('capacity', 'The wait for a sandbox was aborted.', {
        cause: this.#options.signal?.reason,
      }),
    );
  };

  constructor(options: AcquireOptions, parts: WaiterParts) {
    const { client, environment, image, purpose, queueTimeoutMs = parts.queueTimeoutMs, signal } = options;
    this.image = image;
    this.purpose = purpose;
    this.stored = options.stored;
    this.path = purpose === 'grading' ? [purpose] : [purpose, client, environment ?? image];
    this.#options = options;
    this.#parts = parts;
    this.#began = parts.now();
    this.endsAt = this.#began + queueTimeoutMs;
    this.#timer = this.#timed();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get sandbox(): Promise<Sandbox> {
    return this.#sandbox.promise;
  }

  /** Whether it wants to know its place. */
  get listens(): boolean {
    return this.#options.onQueued !== undefined;
  }

  /** Report a place, unless it is the last reported one, or that was less than a second ago. */
  tell(place: QueuePlace): void {
    const at = this.#parts.now();
    if (this.#told !== undefined) {
      if (this.#told.position === place.position || at - this.#told.at < TELL_MS) return;
    }
    this.#told = { position: place.position, at };
    this.#options.onQueued?.(place);
  }

  /** Whether a container is being reset for it: then it gets no other, and its time in the queue is over. */
  get isPromised(): boolean {
    return this.#isPromised;
  }

  /** Whether its wait has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A container is being reset for it, or no longer. */
  promise(isPromised: boolean): void {
    if (this.#isOver) return;
    this.#isPromised = isPromised;
    clearTimeout(this.#timer);
    if (!isPromised) this.#timer = this.#timed();
  }

  resolve(sandbox: Sandbox): void {
    this.#end(true);
    this.#options.onWaited?.(this.#parts.now() - this.#began);
    this.#sandbox.resolve(sandbox);
  }

  reject(error: SandboxError): void {
    this.#end(false);
    this.#sandbox.reject(error);
  }

  #timed(): NodeJS.Timeout {
    return setTimeout(() => this.#expire(), Math.max(0, this.endsAt - this.#parts.now()));
  }

  #expire(): void {
    const { queueTimeoutMs = this.#parts.queueTimeoutMs } = this.#options;
    const { position, expectedWaitMs } = this.#parts.placeOf(this);
    const message =
      queueTimeoutMs === 0
        ? `No sandbox of image "${this.image}" is free.`
        : `No sandbox of image "${this.image}" became free within ${queueTimeoutMs} ms.`;
    this.reject(
      new SandboxError('capacity', message, { wait: { queueTimeoutMs, position, expectedWaitMs } }),
    );
  }

  #end(served: boolean): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#parts.leave(this, served);
  }
}
