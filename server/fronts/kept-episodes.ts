import { setMaxListeners } from 'node:events';
import type { ResetResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import type { Episode } from '../episode/episode.ts';
import { ClientGone, type OpenRequest } from '../registry/opening.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { shuttingDown } from '../registry/resets.ts';

/** Maximum number of ended episodes that are kept to answer with their end. */
const MAX_OVER = 1_024;

interface Kept {
  readonly episode: Episode;
  /** Requests in progress. */
  running: number;
  idle?: NodeJS.Timeout;
}

export interface KeptEpisodesParts {
  readonly registry: EpisodeRegistry;
  /** Name of the front, for those who watch. */
  readonly front: string;
  /** Time without a request after which an episode is closed, in milliseconds. */
  readonly idleMs: number;
  /** Maximum number of open episodes of all keys, resets in progress included. */
  readonly maxEpisodes: number;
}

/**
 * The episodes of clients without a connection: one episode per key, which the client sends with each request. A client
 * that goes away cannot be noticed, so an episode left alone is closed.
 */
export class KeptEpisodes {
  readonly #parts: KeptEpisodesParts;
  readonly #kept = new Map<string, Kept>();
  /** Keys of those that are over, the oldest first. */
  readonly #over = new Set<string>();
  readonly #leaving = new AbortController();
  /** Number of resets in progress of each key, also of those that still end the former episode. */
  readonly #opening = new Map<string, number>();
  /** Resets in progress that take a slot. */
  #resets = 0;

  constructor(parts: KeptEpisodesParts) {
    this.#parts = parts;
    // Every waiting reset adds a listener.
    setMaxListeners(0, this.#leaving.signal);
  }

  /** Whether the key has an episode, or a reset in progress. */
  has(key: string): boolean {
    return this.#kept.has(key) || this.#opening.has(key);
  }

  /**
   * Begin an episode in place of the key's former one.
   * @throws {ProtocolError} as `EpisodeRegistry.open`
   */
  async open(key: string, request: OpenRequest): Promise<ResetResult> {
    this.#opening.set(key, (this.#opening.get(key) ?? 0) + 1);
    try {
      await this.close(key, 'client');
      return await this.#takeSlot(() => this.#open(key, request));
    } finally {
      const others = (this.#opening.get(key) ?? 1) - 1;
      if (others > 0) this.#opening.set(key, others);
      else this.#opening.delete(key);
    }
  }

  async #takeSlot<T>(open: () => Promise<T>): Promise<T> {
    this.#refuseWhenFull();
    this.#resets += 1;
    try {
      return await open();
    } finally {
      this.#resets -= 1;
    }
  }

  async #open(key: string, { signal, ...request }: OpenRequest): Promise<ResetResult> {
    const left = new AbortController();
    const leave = (): void => left.abort(new ClientGone());
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    const gone = AbortSignal.any([this.#leaving.signal, left.signal]);
    const opening = this.#parts.registry.open({
      ...request,
      client: key,
      playedBy: this.#parts.front,
      signal: gone,
    });
    const { episode, result } = await opening.finally(() => signal?.removeEventListener('abort', leave));
    if (gone.aborted) {
      await episode.abandon('disconnect');
      if (this.#leaving.signal.aborted) throw shuttingDown();
      throw new ProtocolError('episode_not_found', 'The client has gone.');
    }
    // Another reset with the same key may have been faster.
    void this.close(key, 'client');
    this.#kept.set(key, { episode, running: 0 });
    this.#rest(key);
    return result;
  }

  /**
   * Use the key's episode; it is not idle meanwhile.
   * @throws {ProtocolError} `episode_not_found`
   */
  async use<T>(key: string, work: (episode: Episode) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept === undefined) {
      const minutes = Math.round(this.#parts.idleMs / 60_000);
      const after = minutes < 1 ? `${this.#parts.idleMs} ms` : `${minutes} min`;
      const message = `No episode is open here: reset first. One without a request for ${after} is closed.`;
      throw new ProtocolError('episode_not_found', message);
    }
    this.#parts.registry.refuseWhenDraining();
    clearTimeout(kept.idle);
    kept.running += 1;
    try {
      return await work(kept.episode);
    } finally {
      kept.running -= 1;
      if (this.#kept.get(key) === kept) this.#rest(key);
    }
  }

  /** The request of a client that is alive: its episode is not idle. */
  touch(key: string): void {
    if (this.#kept.has(key)) this.#rest(key);
  }

  /** End the key's episode, if there is one, without waiting for its requests. Never throws. */
  async close(key: string, reason: EndReason): Promise<void> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#over.delete(key);
    clearTimeout(kept.idle);
    await kept.episode.abandon(reason);
  }

  /** End all episodes. Never throws. */
  async leave(): Promise<void> {
    this.#leaving.abort(new ClientGone());
    await Promise.all([...this.#kept.keys()].map((key) => this.close(key, 'shutdown')));
  }

  /** Other clients have episodes here, too: the refusal is a fault of the infrastructure. */
  #refuseWhenFull(): void {
    const { maxEpisodes } = this.#parts;
    let open = this.#resets;
    for (const { episode } of this.#kept.values()) if (!episode.over) open += 1;
    if (open < maxEpisodes) return;
    throw new ProtocolError('capacity', `All ${maxEpisodes} episode slots of this interface are taken.`, {
      active_episodes: open,
      max_episodes: maxEpisodes,
    });
  }

  #rest(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.running > 0) return;
    clearTimeout(kept.idle);
    kept.idle = setTimeout(() => void this.close(key, 'disconnect'), this.#parts.idleMs);
    kept.idle.unref();
    if (!kept.episode.over) return;
    this.#over.add(key);
    const [oldest] = this.#over;
    if (this.#over.size > MAX_OVER && oldest !== undefined) void this.close(oldest, 'client');
  }
}
