import { setMaxListeners } from 'node:events';
import type { ResetResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import { type Holder, movedAway } from '../episode/claims.ts';
import type { Episode } from '../episode/episode.ts';
import { ClientGone, type OpenRequest } from '../registry/opening.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';

/** Maximum number of ended episodes whose last results are kept for repeated steps. */
const MAX_OVER = 64;
/** Maximum number of episodes of which the connection remembers that another one has them. */
const MAX_MOVED = 1_024;

/** A reset of one connection. */
export type OwnRequest = Omit<OpenRequest, 'client' | 'signal'>;

/** The episodes of one connection. */
export class EpisodeOwner implements Holder<Episode> {
  readonly #registry: EpisodeRegistry;
  readonly #maxEpisodes: number;
  readonly #onMoved: (id: string) => void;
  /** Ids of episodes that other connections have resumed. */
  readonly #moved = new Set<string>();
  readonly #episodes = new Map<string, Episode>();
  /** Ids of episodes whose answer has not been sent: the client does not know their tokens. */
  readonly #untold = new Set<string>();
  readonly #opening = new Map<string, Promise<unknown>>();
  readonly #leaving = new AbortController();
  /** Resets in progress, also those without a client's id. */
  #resets = 0;
  /** The client, for those who watch. */
  readonly #name: () => string;

  /**
   * @param onMoved called when another connection has taken an episode over
   * @param name of the client, for those who watch
   */
  constructor(
    registry: EpisodeRegistry,
    maxEpisodes: number,
    onMoved: (id: string) => void,
    name: () => string,
  ) {
    this.#registry = registry;
    this.#name = name;
    this.#onMoved = onMoved;
    // Every waiting reset adds a listener.
    setMaxListeners(0, this.#leaving.signal);
    this.#maxEpisodes = maxEpisodes;
  }

  /** Begin an episode, of which the client knows nothing before `told`. @throws {ProtocolError} as `EpisodeRegistry.open`, and `capacity` for this connection's share */
  async open(request: OwnRequest): Promise<ResetResult> {
    const id = request.episodeId;
    if (id !== undefined && this.#opening.has(id)) {
      throw new ProtocolError('episode_exists', `Episode ${id} is already being reset.`);
    }
    this.#refuseWhenFull();
    this.#resets += 1;
    const opening = this.#open(request);
    if (id !== undefined) this.#opening.set(id, opening);
    try {
      return await opening;
    } finally {
      this.#resets -= 1;
      if (id !== undefined) this.#opening.delete(id);
    }
  }

  /** The client has been sent the result of a reset or fork. */
  told(id: string): void {
    this.#untold.delete(id);
  }

  /**
   * The episode with this id. Waits for its reset if that is in progress, so that a client may send its first step together
   * with the reset.
   * @throws {ProtocolError} `episode_not_found`
   */
  get(id: string): Episode | Promise<Episode> {
    const opening = this.#opening.get(id);
    if (opening === undefined) return this.#find(id);
    return opening.then(
      () => this.#find(id),
      () => this.#find(id),
    );
  }

  /** Close an episode after its running requests. @throws {ProtocolError} `episode_not_found`, `internal_error` */
  async close(id: string): Promise<void> {
    const episode = await this.get(id);
    this.#untold.delete(id);
    this.#registry.claims.drop(episode);
    try {
      await episode.close('client');
    } finally {
      if (this.#episodes.get(id) === episode) this.#episodes.delete(id);
    }
  }

  /**
   * Take an episode over, with the token of its reset, from the connection that has it, or had it when its socket dropped.
   * @throws {ProtocolError} `shutting_down`, `episode_not_found`, `episode_exists` and `capacity` of this connection
   */
  async resume(token: string): Promise<Episode> {
    this.#registry.refuseWhenDraining();
    const episode = await this.#registry.claim(token);
    const { id } = episode;
    // The one who has the episode keeps it.
    if (this.#leaving.signal.aborted)
      throw new ProtocolError('episode_not_found', 'The connection has closed.');
    const own = this.#episodes.get(id);
    if (own === episode) return episode;
    if (this.#opening.has(id) || own?.over === false) {
      throw new ProtocolError('episode_exists', `This connection has another episode ${id}.`);
    }
    if (!episode.over) this.#refuseWhenFull();
    this.#keep(episode);
    return episode;
  }

  lose(episode: Episode): void {
    const { id } = episode;
    episode.moved();
    this.#episodes.delete(id);
    this.#untold.delete(id);
    this.#moved.add(id);
    const [oldest] = this.#moved;
    if (this.#moved.size > MAX_MOVED && oldest !== undefined) this.#moved.delete(oldest);
    this.#onMoved(id);
  }

  /** Whether no episode is open or begins. */
  get idle(): boolean {
    return this.#resets === 0 && [...this.#episodes.values()].every((episode) => episode.over);
  }

  /** The client has disconnected: abort its resets in progress and close the episodes that no client knows. */
  leave(): void {
    this.#leaving.abort(new ClientGone());
    for (const id of [...this.#untold]) {
      const episode = this.#episodes.get(id);
      if (episode !== undefined) this.#forget(episode, 'disconnect');
    }
  }

  /** Close the remaining episodes at once. */
  async abandon(reason: EndReason): Promise<void> {
    this.leave();
    const left = [...this.#episodes.values()];
    this.#episodes.clear();
    for (const episode of left) this.#registry.claims.drop(episode);
    await Promise.all(left.map((episode) => episode.abandon(reason)));
  }

  async #open(request: OwnRequest): Promise<ResetResult> {
    const { episode, result } = await this.#registry.open({
      ...request,
      client: this,
      playedBy: this.#name(),
      signal: this.#leaving.signal,
    });
    if (this.#leaving.signal.aborted) {
      await episode.abandon('disconnect');
      throw new ProtocolError('episode_not_found', 'The connection closed during the reset.');
    }
    this.#keep(episode);
    this.#untold.add(episode.id);
    return result;
  }

  #keep(episode: Episode): void {
    this.#forgetOldest();
    const before = this.#episodes.get(episode.id);
    if (before !== undefined) this.#forget(before);
    this.#episodes.set(episode.id, episode);
    this.#moved.delete(episode.id);
    this.#registry.claims.give(episode, this);
  }

  /** Close an episode that nobody will ask for. */
  #forget(episode: Episode, reason: EndReason = 'client'): void {
    this.#episodes.delete(episode.id);
    this.#untold.delete(episode.id);
    this.#registry.claims.drop(episode);
    void episode.abandon(reason);
  }

  #find(id: string): Episode {
    const episode = this.#episodes.get(id);
    if (episode !== undefined) return episode;
    if (this.#moved.has(id)) throw movedAway(id);
    throw new ProtocolError('episode_not_found', `No episode ${id} is open on this connection.`);
  }

  #refuseWhenFull(): void {
    let open = this.#resets;
    for (const episode of this.#episodes.values()) if (!episode.over) open += 1;
    if (open < this.#maxEpisodes) return;
    throw new ProtocolError(
      'capacity',
      `This connection has ${this.#maxEpisodes} open episodes, its maximum.`,
      {
        active_episodes: open,
        max_episodes: this.#maxEpisodes,
      },
      // Its own doing.
      null,
    );
  }

  #forgetOldest(): void {
    const over = [...this.#episodes.values()].filter((episode) => episode.over);
    for (const episode of over.slice(0, Math.max(0, over.length - MAX_OVER))) this.#forget(episode);
  }
}
