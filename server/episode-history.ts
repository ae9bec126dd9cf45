import type { ActionObject } from '../protocol/action.ts';
import { sizeOf } from './answer-text.ts';

/** A step that was made, or a grade between steps. */
export interface Done {
  /** Steps made when it was done; a step counts itself. */
  readonly step: number;
  /** `null` for a grade between steps. */
  readonly action: ActionObject | null;
  /** Hash of a step's observation, as in its trajectory. */
  readonly sha256: string | null;
  readonly reward: number | null;
}

/** Maximum size of an episode's kept actions, as `sizeOf` counts. */
const MAX_SIZE = 1_048_576;

/**
 * Those of `list` that belong to the state after a step. Grades after the last step belong to the present state, and to no
 * earlier one.
 */
export function doneBy<T>(
  list: readonly T[],
  step: number,
  { of, present }: { readonly of: (entry: T) => Pick<Done, 'step' | 'action'>; readonly present: boolean },
): T[] {
  return list.filter((entry) => {
    const done = of(entry);
    return done.step < step || (done.step === step && (done.action !== null || present));
  });
}

/** The last reward that was given. */
export function lastReward(done: readonly Done[]): number | null {
  return done.findLast(({ reward }) => reward !== null)?.reward ?? null;
}

/** What an episode has done so far, so that it can be played again. At most about 1 MiB of actions is kept. */
export class EpisodeHistory {
  #done: Done[] = [];
  #size = 0;

  /** @param done what has been done before; `null` if that is not known */
  constructor(done: readonly Done[] | null = []) {
    if (done === null) this.#size = Number.POSITIVE_INFINITY;
    for (const each of done ?? []) this.add(each);
  }

  /** Whether all of it is kept. */
  get whole(): boolean {
    return this.#size <= MAX_SIZE;
  }

  add(done: Done): void {
    if (!this.whole) return;
    this.#size += sizeOf(done.action, MAX_SIZE) + 64;
    this.#done.push(done);
    if (!this.whole) this.#done = [];
  }

  /** What led to the state after a step. Only if all of it is kept. @param count steps made so far */
  upTo(step: number, count: number): readonly Done[] {
    return doneBy(this.#done, step, { of: (done) => done, present: step === count });
  }

  /** Forget what came after a step that is not the last one. */
  rewind(step: number): void {
    if (!this.whole) return;
    const kept = this.upTo(step, step + 1);
    this.#done = [];
    this.#size = 0;
    for (const each of kept) this.add(each);
  }
}
