import { hash } from 'node:crypto';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Episode } from '../episode.ts';

/** Who has an episode: one connection at a time. */
export interface Holder {
  /** Another connection has the episode now. Called once for each loss. */
  lose(episode: Episode): void;
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

interface Claim {
  readonly episode: Episode;
  readonly holder: Holder;
}

/** The episodes that a resume token takes over, open ones and those that are over. The latest claimant has an episode. */
export class Claims {
  /** By the hash of the token, so that the time of a look-up tells nothing about it. */
  readonly #claims = new Map<string, Claim>();

  find(token: string): Episode | undefined {
    return this.#claims.get(tokenHash(token))?.episode;
  }

  /** Give an episode to a connection. The one that had it loses it. */
  give(episode: Episode, holder: Holder): void {
    const before = this.#claims.get(episode.tokenSha256)?.holder;
    this.#claims.set(episode.tokenSha256, { episode, holder });
    if (before === undefined || before === holder) return;
    episode.moved();
    before.lose(episode);
  }

  /** The episode is closed, or about to be: no token takes it over any more. */
  drop(episode: Episode): void {
    this.#claims.delete(episode.tokenSha256);
  }
}
