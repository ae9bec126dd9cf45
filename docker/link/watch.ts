import type { Condition } from '../process-condition.ts';

/** Time to an answer before the runner is suspected, and from one question to the next, in milliseconds. */
const PATIENCE_MS = 2_500;
/** A timer that comes so much too late says that this process was held up itself, in milliseconds. */
const HELD_UP_MS = 500;

export interface WatchParts {
  /** Ask for a sign of life; calls back with it, however late. */
  readonly ping: (onAnswer: () => void) => void;
  /** What the engine knows of the runner's process. */
  readonly condition: () => Promise<Condition>;
  /** Whether the runner answers pings in the midst of what it does now. */
  readonly answersPings: () => boolean;
  readonly onFrozen: (silentMs: number) => void;
}

/**
 * Watches a runner that takes long. One that does not answer a ping is frozen if the engine says so, or if the engine
 * cannot tell and the runner ought to have answered; one that is merely slow is left its time.
 */
export class RunnerWatch {
  readonly #parts: WatchParts;
  #timer: NodeJS.Timeout | undefined;
  /** Of the latest question; answers to earlier ones come too late. */
  #question = 0;
  #answered = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Begin; a second call does nothing. */
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
      // An answer may lie unread: what was read in this turn of the event loop is looked at first.
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
