import type { AnswerMemory } from './answer-memory.ts';

/** What the answers of one client's batches may take however little is free, in bytes. */
const LEAST = 65_536;

/**
 * Answers of one client that wait for the rest of their batches. Together they may take as much as stays free, so that it is
 * at most half of the memory for answers.
 */
export class CollectedAnswers {
  readonly #memory: AnswerMemory;
  #bytes = 0;
  #overflowed = false;

  constructor(memory: AnswerMemory) {
    this.#memory = memory;
  }

  /** Whether one had no room, and those before it are still there: nothing more had better run for these batches. */
  get full(): boolean {
    return this.#overflowed;
  }

  /** Whether an answer has room. */
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
