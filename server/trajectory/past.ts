import type { ActionObject } from '../../protocol/action.ts';

/** A turn that was taken: a step, or a grade between steps. The past of an episode is the list of those that led to its state. */
export interface PastTurn {
  /** Steps made when it was done; a step counts itself. */
  readonly step: number;
  /** `null` for a grade between steps. */
  readonly action: ActionObject | null;
  /** Hash of a step's observation, as in its trajectory. */
  readonly sha256: string | null;
  readonly reward: number | null;
}

/**
 * The past of the state after a step. Grades after the last step belong to the present state, and to no earlier one.
 * @param present whether the state is the present one
 */
export function pastUpTo<T extends PastTurn>(past: readonly T[], step: number, present: boolean): T[] {
  return past.filter((turn) => turn.step < step || (turn.step === step && (turn.action !== null || present)));
}

/** The last reward that was given. */
export function lastReward(past: readonly PastTurn[]): number | null {
  return past.findLast(({ reward }) => reward !== null)?.reward ?? null;
}
