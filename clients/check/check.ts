import type { Subject } from './subject.ts';

/** One thing that clients of every environment may rely on, and how it is shown. */
export interface Check {
  /** A few words, e.g. `wrong answers`. */
  readonly name: string;
  /** What holds where it passes, as the end of the sentence "it shows that …". */
  readonly shows: string;
  /**
   * Play episodes until it is shown.
   * @throws {Broken} it does not hold
   * @throws {NotShown} it can be neither shown nor refuted here
   */
  run(subject: Subject): Promise<void>;
}

/** What an environment, or a task of it, does wrong. The message says what was seen. */
export class Broken extends Error {
  override readonly name = 'Broken';
  /** What its author can do about it, as an imperative. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Why a check cannot be made here, e.g. for want of an example. */
export class NotShown extends Error {
  override readonly name = 'NotShown';
}

/** @throws {Broken} unless the condition is true */
export function ensure(condition: boolean, wrong: string, remedy: string): asserts condition {
  if (!condition) throw new Broken(wrong, remedy);
}
