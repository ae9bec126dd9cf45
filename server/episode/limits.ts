import type { ResetOptions } from '../../protocol/episode.ts';
import { type BudgetOptions, TurnBudget } from './turn-budget.ts';

/** What truncates an episode: `max_turns` or `max_duration_ms`. */
export type Limit = 'turns' | 'time';

/** The limits of an episode, from the options of its reset. */
export class EpisodeLimits {
  readonly turns: TurnBudget;
  readonly #now: () => number;
  readonly #until: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param now a monotonic clock, in milliseconds
   * @param onTime called once when the time is over, unless `stop` comes before
   * @param ageMs time since the reset, in milliseconds
   */
  constructor(
    options: BudgetOptions & Pick<ResetOptions, 'max_duration_ms'>,
    now: () => number,
    onTime: () => void,
    ageMs = 0,
  ) {
    const { max_duration_ms = Number.POSITIVE_INFINITY } = options;
    this.turns = new TurnBudget(options);
    this.#now = now;
    const leftMs = max_duration_ms - ageMs;
    this.#until = now() + leftMs;
    if (Number.isFinite(leftMs)) this.#timer = setTimeout(onTime, leftMs);
  }

  /** Remaining time, in milliseconds; 0 or less when it is over, infinite without a limit. */
  get leftMs(): number {
    return this.#until === Number.POSITIVE_INFINITY ? this.#until : this.#until - this.#now();
  }

  /** The limit that a step of this number has reached. Call it after the step has run. */
  reachedBy(step: number): Limit | undefined {
    if (this.turns.leftAfter(step) === 0) return 'turns';
    return this.leftMs <= 0 ? 'time' : undefined;
  }

  /** Stop the timer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
