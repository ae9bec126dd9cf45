import type { ResetOptions } from '../protocol/episode.ts';

/** What truncates an episode: its last turn, or its time. */
export type Limit = 'turns' | 'time';

/** The limits that a reset gave an episode. Its time runs from here on. */
export class EpisodeLimits {
  readonly #maxTurns: number;
  readonly #now: () => number;
  readonly #until: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param now a monotonic clock, in milliseconds
   * @param onTime called once when the time is over, unless `stop` comes before
   */
  constructor(
    options: Pick<ResetOptions, 'max_turns' | 'max_duration_ms'>,
    now: () => number,
    onTime: () => void,
  ) {
    const { max_turns = Number.POSITIVE_INFINITY, max_duration_ms = Number.POSITIVE_INFINITY } = options;
    this.#maxTurns = max_turns;
    this.#now = now;
    this.#until = now() + max_duration_ms;
    if (Number.isFinite(max_duration_ms)) this.#timer = setTimeout(onTime, max_duration_ms);
  }

  /** Time that is left, in milliseconds; 0 or below when it is over, infinite without a limit. */
  get leftMs(): number {
    return this.#until === Number.POSITIVE_INFINITY ? this.#until : this.#until - this.#now();
  }

  /** The limit that a step of this number reaches, asked when it has run. */
  reachedBy(step: number): Limit | undefined {
    if (step >= this.#maxTurns) return 'turns';
    return this.leftMs <= 0 ? 'time' : undefined;
  }

  /** Time counts no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
