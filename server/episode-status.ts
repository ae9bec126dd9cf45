import type { EpisodeStatus } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { EndReason } from '../protocol/trajectory.ts';

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

  /** @throws {ProtocolError} `episode_not_found` once it is closed, `episode_over` once it is over */
  refuseWhenOver(id: string, reason: EndReason | undefined, steps: number): void {
    if (this.#status === 'closed') throw new ProtocolError('episode_not_found', `Episode ${id} is closed.`);
    if (this.#status === 'over') {
      throw new ProtocolError('episode_over', `Episode ${id} has ended (${reason}).`, {
        reason,
        step_count: steps,
      });
    }
  }
}
