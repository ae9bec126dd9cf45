import type { StepResult } from '../protocol/episode.ts';

const MAX_RESULTS = 64;
const MAX_CHARACTERS = 1_048_576;

/**
 * The results of an episode's latest steps, so that a step sent twice is answered twice and run once. Bounded: at most
 * 64 results and about 1 MiB of output, but always the last one.
 */
export class StepResults {
  readonly #results = new Map<number, StepResult>();
  #characters = 0;

  add(result: StepResult): void {
    this.#results.set(result.step, result);
    this.#characters += result.observation.output.length;
    for (const [step, oldest] of this.#results) {
      const full = this.#results.size > MAX_RESULTS || this.#characters > MAX_CHARACTERS;
      if (!full || step === result.step) break;
      this.#results.delete(step);
      this.#characters -= oldest.observation.output.length;
    }
  }

  get(step: number): StepResult | undefined {
    return this.#results.get(step);
  }
}
