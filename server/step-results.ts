import type { StepResult } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';

const MAX_RESULTS = 64;
const MAX_CHARACTERS = 1_048_576;

/**
 * The results of an episode's latest steps, so that a step sent twice is answered twice and run once. Bounded: at most
 * 64 results and about 1 MiB of output, but always the last one.
 */
export class StepResults {
  readonly #results = new Map<number, StepResult>();
  #characters = 0;
  #last: StepResult | undefined;

  /** Steps made so far. */
  get count(): number {
    return this.#last?.step ?? 0;
  }

  get last(): StepResult | undefined {
    return this.#last;
  }

  add(result: StepResult): void {
    this.#last = result;
    this.#results.set(result.step, result);
    this.#characters += result.observation.output.length;
    for (const [step, oldest] of this.#results) {
      const full = this.#results.size > MAX_RESULTS || this.#characters > MAX_CHARACTERS;
      if (!full || step === result.step) break;
      this.#results.delete(step);
      this.#characters -= oldest.observation.output.length;
    }
  }

  /** The result of a step already made. @throws {ProtocolError} `step_out_of_order` when it is no longer kept */
  again(step: number): StepResult {
    const result = this.#results.get(step);
    if (result !== undefined) return { ...result, replayed: true };
    throw new ProtocolError('step_out_of_order', `The result of step ${step} is no longer stored.`, {
      expected: this.count + 1,
    });
  }
}
