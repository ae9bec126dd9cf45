import type { AnswerMemory } from '../memory/answer-memory.ts';

/** Memory that the batches of one client may always take, in bytes. */
const LEAST = 65_536;

/**
 * Answers of one client that wait for the rest of their batches. Together they may take as much as remains free, that is at
 * most half of the memory for answers.
 */
export class CollectedAnswers {
  readonly #memory: AnswerMemory;
  #bytes = 0;
  #overflowed = false;

  constructor(memory: AnswerMemory) {
    this.#memory = memory;
  }

  /** Whether an answer did not fit while others still wait. The remaining requests of these batches should not run. */
  get full(): boolean {
    return this.#overflowed;
  }

  /** Whether an answer fits. */
  fits(bytes: number): boolean {
    const fits = this.#bytes + bytes <= Math.max(LEAST, this.#memory.freeBytes);
    if (!fits && this.#bytes > 0) this.#overflowed = true;
    return fits;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.change(bytes);
    if (this.#bytes === 0) this.#overflowed = false;
  }

  give(bytes: number): void {
    this.take(-bytes);
  }
}
