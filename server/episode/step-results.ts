import { isDeepStrictEqual } from 'node:util';
import { type Action, type ActionObject, parseAction } from '../../protocol/action.ts';
import type { StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { StepEvent } from '../../protocol/trajectory.ts';
import { sizeOf } from '../json/answer-text.ts';
import type { ResultHolder, ResultMemory } from '../memory/result-memory.ts';
import type { TrajectoryFile } from '../trajectory/log.ts';

/** Results of one episode in memory, if its trajectory has all of them. */
const MAX_RESULTS = 4;
const MAX_SIZE = 1_048_576;

/** A step with its result. */
export interface StoredStep {
  readonly action: ActionObject;
  readonly result: StepResult;
  /** Bytes of both, as `sizeOf` counts them. */
  readonly size: number;
}

/** How the last step ended. */
export type LastStep = Pick<StepResult, 'step' | 'terminated' | 'truncated'>;

/** The steps that were made before an episode goes on here. */
export interface PastResults {
  readonly last: LastStep | undefined;
  /** Line of each step in the trajectory, from the first one; `null` without a trajectory. */
  readonly lines: readonly (number | null)[];
  /** Results in memory. */
  readonly stored: readonly StoredStep[];
}

/**
 * The results of an episode's steps, so that a step that is sent twice runs once. The latest four are in memory, at most about
 * 1 MiB, the others are read from the trajectory. Without a trajectory all are in memory, as long as the memory for all
 * episodes is not full.
 */
export class StepResults implements ResultHolder {
  readonly #memory: ResultMemory;
  readonly #file: Pick<TrajectoryFile, 'next' | 'read'>;
  readonly #stored = new Map<number, StoredStep>();
  /** Where the trajectory has each step, from the first one. */
  readonly #lines: (number | null)[] = [];
  #size = 0;
  #last: LastStep | undefined;
  #end: StepResult | undefined;
  #endIsTold = false;

  constructor(memory: ResultMemory, file: Pick<TrajectoryFile, 'next' | 'read'>) {
    this.#memory = memory;
    this.#file = file;
  }

  /** Steps made so far. */
  get count(): number {
    return this.#last?.step ?? 0;
  }

  get last(): LastStep | undefined {
    return this.#last;
  }

  /** Bytes that the results in memory take, as `sizeOf` counts them. */
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

  /** Store a result. Its event must be the next one that is written to the trajectory. */
  add(action: ActionObject, result: StepResult): void {
    this.#lines.push(this.#file.next);
    this.#store(action, result);
  }

  #store(action: ActionObject, result: StepResult): void {
    const { step, terminated, truncated, observation } = result;
    const recorded = this.#file.next !== null;
    const enough = recorded ? MAX_SIZE : Number.POSITIVE_INFINITY;
    const size = sizeOf(action, enough) + sizeOf(observation, enough);
    const before = this.#size;
    this.#last = { step, terminated, truncated };
    this.#stored.set(step, { action, result, size });
    this.#size += size;
    while (recorded && this.#stored.size > 1 && (this.#stored.size > MAX_RESULTS || this.#size > MAX_SIZE)) {
      this.dropFirst();
    }
    this.#memory.change(this, this.#size - before);
  }

  /** Drop the oldest result in memory. @returns the bytes that it took */
  dropFirst(): number {
    for (const [step, { size }] of this.#stored) {
      this.#stored.delete(step);
      this.#size -= size;
      return size;
    }
    return 0;
  }

  /** The results in memory up to a step. */
  upTo(step: number): readonly StoredStep[] {
    return [...this.#stored.values()].filter(({ result }) => result.step <= step);
  }

  /** Go on after steps that were made before, or in another episode. Called before any step. */
  goOnAfter({ last, lines, stored }: PastResults): void {
    this.#lines.push(...lines);
    for (const { action, result } of stored) this.#store(action, result);
    this.#last = last;
  }

  /** Drop the results of the steps after this one, which was not the last. */
  rewind(step: number): void {
    const before = this.#size;
    for (const [number, { size }] of this.#stored) {
      if (number <= step) continue;
      this.#stored.delete(number);
      this.#size -= size;
    }
    this.#lines.length = step;
    this.#last = goneOn(step);
    this.#memory.change(this, this.#size - before);
  }

  /** Drop all in memory. */
  forget(): void {
    const size = this.#size;
    this.#stored.clear();
    this.#size = 0;
    if (size > 0) this.#memory.change(this, -size);
  }

  /**
   * The result of a step that was made before, for the same action. Metadata may differ between retries.
   * @throws {ProtocolError} `step_mismatch` for another action, `step_out_of_order` if the result is no longer stored
   */
  again(step: number, action: ActionObject): StepResult | Promise<StepResult> {
    const stored = this.#stored.get(step);
    if (stored !== undefined) return this.#same(stored, action);
    return this.#recorded(step).then((recorded) => this.#same(recorded, action));
  }

  /** The result of a step; `undefined` if there is none, or it is no longer stored. */
  async result(step: number): Promise<StepResult | undefined> {
    if (step < 1 || step > this.count) return undefined;
    const stored = this.#stored.get(step) ?? (await this.#recorded(step).catch(() => undefined));
    return stored?.result;
  }

  #same({ action: made, result }: Pick<StoredStep, 'action' | 'result'>, action: ActionObject): StepResult {
    if (!isDeepStrictEqual(withoutMetadata(made), withoutMetadata(action))) {
      const message = `Step ${result.step} was made with another action.`;
      throw new ProtocolError('step_mismatch', message, { expected: this.count + 1 });
    }
    return { ...result, replayed: true };
  }

  async #recorded(step: number): Promise<Pick<StoredStep, 'action' | 'result'>> {
    const line = this.#lines[step - 1] ?? null;
    if (line === null) throw this.#gone(step);
    const read = await this.#memory.reading.run(() => this.#file.read(line)).catch(() => undefined);
    const event = StepEvent.safeParse(read);
    // The file may have been removed or changed meanwhile.
    if (!event.success || event.data.step !== step) throw this.#gone(step);
    return splitEvent(event.data);
  }

  #gone(step: number): ProtocolError {
    const message = `The server no longer stores the result of step ${step}.`;
    return new ProtocolError('step_out_of_order', message, { expected: this.count + 1 });
  }
}

function splitEvent({ event: _, time: __, action, observation_sha256: ___, ...result }: StepEvent): {
  action: ActionObject;
  result: StepResult;
} {
  return { action: parseAction(action satisfies Action), result };
}

/** A last step after which the episode went on. */
export function goneOn(step: number): LastStep | undefined {
  return step === 0 ? undefined : { step, terminated: false, truncated: false };
}

function withoutMetadata({ metadata: _, ...rest }: ActionObject): Omit<ActionObject, 'metadata'> {
  return rest;
}
