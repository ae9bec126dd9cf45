import type { Subject } from './subject.ts';

/** A rule that every environment must keep, and how to test it. */
export interface Check {
  /** A few words, e.g. `wrong answers`. */
  readonly name: string;
  /** The rule, as the end of the sentence "it shows that …". */
  readonly shows: string;
  /**
   * Play episodes that test the rule.
   * @throws {Broken} the environment breaks it
   * @throws {NotShown} it cannot be tested here
   */
  run(subject: Subject): Promise<void>;
}

/** An environment or a task breaks a rule. The message says what was observed. */
export class Broken extends Error {
  override readonly name = 'Broken';
  /** What its author can do, as an imperative. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Why a rule cannot be tested here, e.g. no sample code. */
export class NotShown extends Error {
  override readonly name = 'NotShown';
}

/** @throws {Broken} unless the condition is true */
export function ensure(condition: boolean, wrong: string, remedy: string): asserts condition {
  if (!condition) throw new Broken(wrong, remedy);
}
