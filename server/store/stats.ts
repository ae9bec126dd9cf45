import type { GroupStats, TurnStats } from '../../protocol/operator.ts';

/** A trajectory, as statistics need it. */
export interface Counted {
  readonly steps: number;
  readonly reward: number | null;
  readonly success: boolean;
  readonly failure: string | null;
  /** Per turn: whether its code failed, its reward, whether it had success. */
  readonly turns: readonly (readonly [error: number, reward: number | null, success: number])[];
}

const MOST_TURNS = 100;
const BINS = 10;

interface TurnSums {
  reached: number;
  errors: number;
  /** Episodes whose first success was in this turn. */
  firstSuccesses: number;
  /** Over the episodes with a reward: how much the best reward so far grew in this turn. */
  gains: number;
}

/** Statistics of a group of trajectories, which are taken one after the other. */
export class GroupSums {
  #count = 0;
  #graded = 0;
  #successes = 0;
  #rewards = 0;
  #steps = 0;
  readonly #failures: Record<string, number> = {};
  readonly #bins: number[] = Array.from({ length: BINS }, () => 0);
  readonly #lengths: Record<string, number> = {};
  readonly #turns: TurnSums[] = [];

  get count(): number {
    return this.#count;
  }

  take({ failure, reward, steps, success, turns }: Counted): void {
    this.#count += 1;
    this.#steps += steps;
    this.#lengths[steps] = (this.#lengths[steps] ?? 0) + 1;
    if (failure !== null) this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
    if (reward !== null) {
      this.#graded += 1;
      this.#rewards += reward;
      if (success) this.#successes += 1;
      // 0.3 / 0.1 is a little below 3.
      const bin = Math.min(BINS - 1, Math.max(0, Math.floor(reward * BINS + 1e-9)));
      this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    }
    this.#takeTurns(turns, reward !== null);
  }

  #takeTurns(turns: Counted['turns'], isGraded: boolean): void {
    let best: number | null = null;
    let succeeded = false;
    for (const [at, [error, reward, success]] of turns.slice(0, MOST_TURNS).entries()) {
      const sums = this.#turns[at] ?? { reached: 0, errors: 0, firstSuccesses: 0, gains: 0 };
      this.#turns[at] = sums;
      sums.reached += 1;
      sums.errors += error;
      if (!isGraded) continue;
      if (success === 1 && !succeeded) {
        succeeded = true;
        sums.firstSuccesses += 1;
      }
      if (reward !== null && (best === null || reward > best)) {
        sums.gains += reward - (best ?? 0);
        best = reward;
      }
    }
  }

  stats(key: string): GroupStats {
    const share = (sum: number, of: number): number | null => (of === 0 ? null : sum / of);
    return {
      key,
      count: this.#count,
      graded: this.#graded,
      successes: this.#successes,
      success_rate: share(this.#successes, this.#graded),
      mean_reward: share(this.#rewards, this.#graded),
      mean_steps: share(this.#steps, this.#count),
      failures: this.#failures,
      rewards: this.#bins,
      steps: this.#lengths,
      by_turn: this.#byTurn(),
    };
  }

  #byTurn(): TurnStats[] {
    let [successes, reward] = [0, 0];
    const graded = Math.max(1, this.#graded);
    return this.#turns.map(({ errors, firstSuccesses, gains, reached }, at) => {
      successes += firstSuccesses;
      reward += gains;
      return {
        turn: at + 1,
        reached,
        success_rate: successes / graded,
        error_rate: errors / reached,
        mean_reward: reward / graded,
      };
    });
  }
}
