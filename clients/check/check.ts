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
   * @throws {Skipped} it cannot be tested here
   */
  run(subject: Subject): Promise<void>;
}
