import type { SandboxWait } from '../docker/sandbox.ts';
import type { OpenRequest } from './episode-registry.ts';
import { wholeMicroseconds } from './time.ts';

/** The wait of one reset for its sandbox, over all its attempts. */
export class ResetWait {
  readonly #request: OpenRequest;
  readonly #timeoutMs: number;
  #queuedMs = 0;

  /** @param defaultMs maximum wait of a reset that does not say its own, in milliseconds */
  constructor(request: OpenRequest, defaultMs: number) {
    const { maxQueueMs = Number.POSITIVE_INFINITY, options } = request;
    this.#request = request;
    this.#timeoutMs = Math.min(options.queue_timeout_ms ?? defaultMs, maxQueueMs);
  }

  /** Time in the queue so far, in milliseconds. */
  get queuedMs(): number {
    return wholeMicroseconds(this.#queuedMs);
  }

  /** The wait of the next attempt, with the time that is left. */
  next(): SandboxWait {
    const { client, onQueued, signal } = this.#request;
    return {
      client,
      onQueued,
      signal,
      queueTimeoutMs: Math.max(0, Math.ceil(this.#timeoutMs - this.#queuedMs)),
      onWaited: (ms) => {
        this.#queuedMs += ms;
      },
    };
  }
}
