import type { EpisodeStatus } from '../protocol/episode.ts';

const MOVES: Readonly<Record<EpisodeStatus, readonly EpisodeStatus[]>> = {
  ready: ['stepping', 'over', 'closed'],
  stepping: ['ready', 'over'],
  over: ['closed'],
  closed: [],
};

/** Where an episode is: ready → stepping → ready … → over → closed. */
export class EpisodeLife {
  #status: EpisodeStatus = 'ready';

  get status(): EpisodeStatus {
    return this.#status;
  }

  /** Whether it takes no more steps. */
  get over(): boolean {
    return this.#status === 'over' || this.#status === 'closed';
  }

  /** @throws {Error} for a move that there is not */
  moveTo(to: EpisodeStatus): void {
    if (!MOVES[this.#status].includes(to)) {
      throw new Error(`an episode cannot go from ${this.#status} to ${to}`);
    }
    this.#status = to;
  }
}
