import type { BuildProgress, QueuePlace, SandboxWait } from '../../docker/sandbox.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { wholeMicroseconds } from '../episode/turn.ts';

/** What the request of a reset says about its wait. */
export interface WaitRequest {
  readonly options: ResetOptions;
  /** Maximum wait for a sandbox, in milliseconds, whatever the options say. @default no maximum */
  readonly maxQueueMs?: number;
  /** Whose reset it is, an object by identity or a key: clients take turns. @default one client for all that name none */
  readonly client?: object | string;
  /** Called when the reset begins to wait for a sandbox, and when its place has changed. @default not told */
  readonly onQueued?: ((place: QueuePlace) => void) | undefined;
  /** Called while the image is built first. @default not told */
  readonly onBuilding?: ((progress: BuildProgress) => void) | undefined;
  /** Aborted when no client waits for the episode: with `ClientGone`, or with the error of a failed reset. */
  readonly signal?: AbortSignal;
}

/** The wait of one reset for its sandbox, over all its attempts. */
export class ResetWait {
  readonly #request: WaitRequest;
  readonly #timeoutMs: number;
  #queuedMs = 0;

  /** @param defaultMs maximum wait of a reset that does not say its own, in milliseconds */
  constructor(request: WaitRequest, defaultMs: number) {
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
    const { client, onBuilding, onQueued, signal } = this.#request;
    return {
      client,
      onQueued,
      onBuilding,
      signal,
      queueTimeoutMs: Math.max(0, Math.ceil(this.#timeoutMs - this.#queuedMs)),
      onWaited: (ms) => {
        this.#queuedMs += ms;
      },
    };
  }
}
