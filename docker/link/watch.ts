import type { Condition } from '../process-condition.ts';

/** Time for an answer before the runner is suspected, and between two pings, in milliseconds. */
const PATIENCE_MS = 2_500;
/** If a timer is late by so many milliseconds, this process itself was delayed. */
const HELD_UP_MS = 500;

export interface WatchParts {
  /** Ping the runner; calls back with the answer, however late. */
  readonly ping: (onAnswer: () => void) => void;
  /** Asks the engine for the condition of the runner's process. */
  readonly condition: () => Promise<Condition>;
  /** Whether the runner answers pings during its current request. */
  readonly answersPings: () => boolean;
  readonly onFrozen: (silentMs: number) => void;
}

/**
 * Watches a runner during a long request. A runner that does not answer a ping is frozen if the engine says so, or if the
 * engine does not know and the runner should have answered. A slow runner keeps its deadline.
 */
export class RunnerWatch {
  readonly #parts: WatchParts;
  #timer: NodeJS.Timeout | undefined;
  /** Number of the latest ping; answers to earlier ones are too late. */
  #question = 0;
  #answered = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Start; a second call does nothing. */
  start(): void {
    if (this.#timer === undefined) this.#ask();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#question += 1;
  }

  #ask(): void {
    this.#question += 1;
    const question = this.#question;
    this.#answered = false;
    const askedAt = performance.now();
    this.#parts.ping(() => {
      if (question === this.#question) this.#answered = true;
    });
    this.#timer = setTimeout(() => {
      const late = performance.now() - askedAt > PATIENCE_MS + HELD_UP_MS;
      // An answer may be waiting: first handle what this turn of the event loop has read.
      setImmediate(() => {
        if (question === this.#question) void this.#judge(question, late);
      });
    }, PATIENCE_MS);
  }

  async #judge(question: number, heldUp: boolean): Promise<void> {
    const condition = this.#answered || heldUp ? 'running' : await this.#parts.condition();
    if (question !== this.#question) return;
    const frozen = condition === 'frozen' || (condition === 'unknown' && this.#parts.answersPings());
    if (frozen && !this.#answered) this.#parts.onFrozen(PATIENCE_MS);
    else this.#ask();
  }
}
