import type { OpenEnvObservation, OpenEnvState } from '../protocol/openenv.ts';
import { OpenEnvEpisodes, type OpenEnvEpisodesParts } from './openenv-episodes.ts';
import { RequestQueue } from './request-queue.ts';

/**
 * The episodes behind an environment's HTTP routes. A request carries no id, so all HTTP clients share them, one request
 * after the other. A client that wants episodes of its own uses the WebSocket. An episode left alone is closed.
 */
export class OpenEnvHttpEpisodes {
  readonly #parts: OpenEnvEpisodesParts;
  readonly #idleMs: number;
  readonly #requests = new RequestQueue();
  #episodes: OpenEnvEpisodes;
  #idle: NodeJS.Timeout | undefined;

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

  /** End the episode at once. Never throws. */
  async leave(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#episodes.leave('shutdown');
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
    if (this.#requests.busy || !this.#episodes.active) return;
    this.#idle = setTimeout(() => {
      void this.#episodes.leave('disconnect');
      this.#episodes = new OpenEnvEpisodes(this.#parts);
    }, this.#idleMs);
    this.#idle.unref();
  }
}
