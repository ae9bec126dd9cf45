import type { EnvironmentEpisode } from '../../environments/environment.ts';
import type { EpisodeStatus } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { EndReason } from '../../protocol/trajectory.ts';

type State =
  | { readonly is: 'open'; readonly play: EnvironmentEpisode }
  /** Its sandbox is released. A turn may still be in progress; the close follows. */
  | { readonly is: 'abandoned'; readonly reason: EndReason }
  | { readonly is: 'over'; readonly reason: EndReason; readonly failure: Failure | null }
  | { readonly is: 'closed'; readonly failure: Failure | null };

/**
 * The state of an episode: open (ready ⇄ stepping) → over → closed. An open one may be abandoned before it is closed. Only an
 * open one has a sandbox, which is released with the move to any other state.
 */
export class EpisodeLife {
  #state: State;
  /** Apart from the state, so that a turn allocates nothing here. */
  #stepping = false;

  constructor(play: EnvironmentEpisode) {
    this.#state = { is: 'open', play };
  }

  get status(): EpisodeStatus {
    const { is } = this.#state;
    if (is === 'over' || is === 'closed') return is;
    return this.#stepping ? 'stepping' : 'ready';
  }

  /** Whether it takes no more steps. */
  get over(): boolean {
    return this.#state.is === 'over' || this.#state.is === 'closed';
  }

  get abandoned(): boolean {
    return this.#state.is === 'abandoned';
  }

  /** The episode in its sandbox, while it is open. */
  get play(): EnvironmentEpisode | undefined {
    return this.#state.is === 'open' ? this.#state.play : undefined;
  }

  /** The fault that ended it. */
  get failure(): Failure | null {
    return 'failure' in this.#state ? this.#state.failure : null;
  }

  /** A turn begins. @throws {Error} if it cannot */
  begin(): EnvironmentEpisode {
    if (this.#state.is !== 'open' || this.#stepping) {
      throw new Error(
        `an episode that is ${this.#stepping ? 'stepping' : this.#state.is} cannot begin a turn`,
      );
    }
    this.#stepping = true;
    return this.#state.play;
  }

  /** The turn is done; the next one may begin. */
  goOn(): void {
    this.#stepping = false;
  }

  /** The episode goes on in another sandbox. One that comes too late is released. */
  replace(play: EnvironmentEpisode): void {
    const before = this.#state;
    if (before.is === 'open') this.#state = { is: 'open', play };
    releasePlay(before.is === 'open' ? before.play : play);
  }

  /** No step follows. @throws {Error} if it has ended already */
  end(reason: EndReason, failure: Failure | null): void {
    if (this.over) throw new Error(`an episode that is ${this.#state.is} cannot end again`);
    this.#moveTo({ is: 'over', reason, failure });
  }

  /** Release the sandbox of an open episode without waiting for its turn. */
  abandon(reason: EndReason): void {
    if (this.#state.is === 'open') this.#moveTo({ is: 'abandoned', reason });
  }

  close(): void {
    this.#moveTo({ is: 'closed', failure: this.failure });
  }

  /**
   * @throws {ProtocolError} `episode_over` once it is over, `episode_not_found` once it is closed; `shutting_down` or
   * `episode_not_found` once it is abandoned
   */
  refuseUnlessOpen(id: string, steps: number): void {
    const state = this.#state;
    if (state.is === 'open') return;
    if (state.is === 'over') {
      const { reason } = state;
      const message = `Episode ${id} has ended (${reason}).`;
      throw new ProtocolError('episode_over', message, { reason, step_count: steps });
    }
    if (state.is === 'closed') throw new ProtocolError('episode_not_found', `Episode ${id} is closed.`);
    const error = state.reason === 'shutdown' ? 'shutting_down' : 'episode_not_found';
    throw new ProtocolError(error, `Episode ${id} is being closed.`);
  }

  #moveTo(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state.is !== 'abandoned') this.#stepping = false;
    if (before.is === 'open') releasePlay(before.play);
  }
}

/** Give the sandbox of an episode back. */
export function releasePlay(play: EnvironmentEpisode): void {
  void (play.release?.() ?? play.sandbox.release());
}
