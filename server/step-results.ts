import { isDeepStrictEqual } from 'node:util';
import type { ActionObject } from '../protocol/action.ts';
import type { StepResult } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { sizeOf } from './answer-text.ts';

const MAX_RESULTS = 64;
const MAX_SIZE = 1_048_576;

/** Limits the stored results of all episodes: above the maximum, those of the episode with the oldest last step are dropped. */
export class ResultMemory {
  readonly #maxBytes: number;
  /** In the order of their last steps. */
  readonly #holders = new Set<StepResults>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all stored results, counted as `sizeOf` does. */
  get bytes(): number {
    return this.#bytes;
  }

  change(holder: StepResults, bytes: number): void {
    this.#bytes += bytes;
    this.#holders.delete(holder);
    if (holder.size > 0) this.#holders.add(holder);
    while (this.#bytes > this.#maxBytes) {
      const [oldest] = this.#holders;
      if (oldest === undefined) return;
      oldest.forget();
    }
  }
}

/** A step with its result. */
export interface StoredStep {
  readonly action: ActionObject;
  readonly result: StepResult;
  /** Bytes of both, as `sizeOf` counts them. */
  readonly size: number;
}

/** How the last step ended. */
export type LastStep = Pick<StepResult, 'step' | 'terminated' | 'truncated'>;

/**
 * The results of an episode's latest steps, so that a step that is sent twice runs once. At most 64 results and about 1 MiB,
 * but always the last one, unless the memory for all episodes is full.
 */
export class StepResults {
  readonly #memory: ResultMemory;
  readonly #results = new Map<number, StoredStep>();
  #size = 0;
  #last: LastStep | undefined;
  #end: StepResult | undefined;
  #endIsTold = false;

  constructor(memory: ResultMemory) {
    this.#memory = memory;
  }

  /** Steps made so far. */
  get count(): number {
    return this.#last?.step ?? 0;
  }

  get last(): LastStep | undefined {
    return this.#last;
  }

  /** Bytes that the stored results take, as `sizeOf` counts them. */
  get size(): number {
    return this.#size;
  }

  /** The end of an episode between two steps, as the result of the next step. */
  get end(): StepResult | undefined {
    return this.#end;
  }

  get hasUntoldEnd(): boolean {
    return this.#end !== undefined && !this.#endIsTold;
  }

  /** The episode ended before the step with this result's number. */
  endWith(result: StepResult): void {
    this.#end = result;
  }

  /** That end, for a step with its number, or, once, for a step without a number. */
  endFor(step: number | undefined): StepResult | undefined {
    const end = this.#end;
    if (end === undefined || step !== (step === undefined ? undefined : end.step)) return undefined;
    const again = this.#endIsTold;
    if (again && step === undefined) return undefined;
    this.#endIsTold = true;
    return again ? { ...end, replayed: true } : end;
  }

  add(action: ActionObject, result: StepResult): void {
    const { step, terminated, truncated, observation } = result;
    const before = this.#size;
    const size = sizeOf(action, MAX_SIZE) + sizeOf(observation, MAX_SIZE);
    this.#last = { step, terminated, truncated };
    this.#results.set(step, { action, result, size });
    this.#size += size;
    for (const [number, oldest] of this.#results) {
      const full = this.#results.size > MAX_RESULTS || this.#size > MAX_SIZE;
      if (!full || number === step) break;
      this.#results.delete(number);
      this.#size -= oldest.size;
    }
    this.#memory.change(this, this.#size - before);
  }

  /** The stored results up to a step. */
  upTo(step: number): readonly StoredStep[] {
    return [...this.#results.values()].filter(({ result }) => result.step <= step);
  }

  /** Go on after `step` steps of another episode, of which these results are stored. */
  inherit(step: number, stored: readonly StoredStep[]): void {
    for (const { action, result } of stored) this.add(action, result);
    this.#last = goneOn(step);
  }

  /** Drop the results of the steps after this one, which was not the last. */
  rewind(step: number): void {
    const before = this.#size;
    for (const [number, { size }] of this.#results) {
      if (number <= step) continue;
      this.#results.delete(number);
      this.#size -= size;
    }
    this.#last = goneOn(step);
    this.#memory.change(this, this.#size - before);
  }

  /** Drop all of them. */
  forget(): void {
    const size = this.#size;
    this.#results.clear();
    this.#size = 0;
    if (size > 0) this.#memory.change(this, -size);
  }

  /**
   * The result of a step that was made before, for the same action. Metadata may differ between retries.
   * @throws {ProtocolError} `step_out_of_order` if the result is no longer stored, `step_mismatch` for another action
   */
  again(step: number, action: ActionObject): StepResult {
    const stored = this.#results.get(step);
    const expected = this.count + 1;
    if (stored === undefined)
      throw new ProtocolError(
        'step_out_of_order',
        `The server no longer stores the result of step ${step}.`,
        {
          expected,
        },
      );
    if (!isDeepStrictEqual(withoutMetadata(stored.action), withoutMetadata(action)))
      throw new ProtocolError('step_mismatch', `Step ${step} was made with another action.`, { expected });
    return { ...stored.result, replayed: true };
  }
}

/** A last step after which the episode went on. */
function goneOn(step: number): LastStep | undefined {
  return step === 0 ? undefined : { step, terminated: false, truncated: false };
}

function withoutMetadata({ metadata: _, ...rest }: ActionObject): Omit<ActionObject, 'metadata'> {
  return rest;
}
