import { hash } from 'node:crypto';
import { ProtocolError } from '../../protocol/errors.ts';

/** An episode as far as it can be claimed. */
export interface Claimable {
  /** SHA-256 of its resume token, in hex. */
  readonly tokenSha256: string;
}

/** Who has an episode: one at a time. */
export interface Holder<E extends Claimable> {
  /** Another one has the episode now. Called once for each loss. */
  lose(episode: E): void;
}

/** SHA-256 of a resume token, in hex: what the server compares and writes down in its place. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

/** The error of requests for an episode that another connection has. */
export function movedAway(id: string): ProtocolError {
  return new ProtocolError('episode_not_found', `Another connection has resumed episode ${id}.`, {
    moved: true,
  });
}

interface Claim<E extends Claimable> {
  readonly episode: E;
  readonly holder: Holder<E>;
}

/** The episodes that a resume token takes over, open ones and those that are over. The latest claimant has an episode. */
export class Claims<E extends Claimable> {
  /** By the hash of the token, so that the time of a look-up tells nothing about it. */
  readonly #claims = new Map<string, Claim<E>>();

  find(token: string): E | undefined {
    return this.#claims.get(tokenHash(token))?.episode;
  }

  /** Give an episode to a holder. The one that had it loses it. */
  give(episode: E, holder: Holder<E>): void {
    const before = this.#claims.get(episode.tokenSha256)?.holder;
    this.#claims.set(episode.tokenSha256, { episode, holder });
    if (before !== undefined && before !== holder) before.lose(episode);
  }

  /** The episode is closed, or about to be: no token takes it over any more. */
  drop(episode: E): void {
    this.#claims.delete(episode.tokenSha256);
  }
}
