import type { OpenEnvObservation, OpenEnvState } from '../../protocol/openenv.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import { RequestQueue } from '../memory/request-queue.ts';
import { OpenEnvEpisodes, type OpenEnvEpisodesParts } from './episodes.ts';

/**
 * Episodes that are played by HTTP requests, one after the other; an episode left alone is closed. Requests without a session
 * share one of these, as they carry no id.
 */
export class OpenEnvHttpEpisodes {
  readonly #parts: OpenEnvEpisodesParts;
  readonly #idleMs: number;
  readonly #requests = new RequestQueue();
  #episodes: OpenEnvEpisodes;
  #idle: NodeJS.Timeout | undefined;
  #held = false;

  constructor(parts: OpenEnvEpisodesParts, idleMs: number) {
    this.#parts = parts;
    this.#idleMs = idleMs;
    this.#episodes = new OpenEnvEpisodes(parts);
  }

  /** @throws as `OpenEnvEpisodes.reset` */
  reset(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    return this.#inOrder((episodes) => episodes.reset(data));
  }

  /** @throws as `OpenEnvEpisodes.step` */
  step(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    return this.#inOrder((episodes) => episodes.step(data));
  }

  state(): Promise<OpenEnvState> {
    return this.#inOrder(async (episodes) => episodes.state());
  }

  /** Whether an episode is open, or a request is running or waiting. */
  get active(): boolean {
    return this.#requests.busy || this.#episodes.active;
  }

  /** Whether a WebSocket holds the episode open, which is not idle then. */
  hold(held: boolean): void {
    this.#held = held;
    clearTimeout(this.#idle);
    this.#wait();
  }

  /** End the episode at once. Never throws. */
  async leave(reason: EndReason): Promise<void> {
    clearTimeout(this.#idle);
    await this.#episodes.leave(reason);
  }

  async #inOrder<T>(work: (episodes: OpenEnvEpisodes) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    try {
      return await this.#requests.run(() => work(this.#episodes));
    } finally {
      this.#wait();
    }
  }

  #wait(): void {
    if (this.#held || this.#requests.busy || !this.#episodes.active) return;
    this.#idle = setTimeout(() => {
      void this.#episodes.leave('disconnect');
      this.#episodes = new OpenEnvEpisodes(this.#parts);
    }, this.#idleMs);
    this.#idle.unref();
  }
}
