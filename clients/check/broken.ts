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

/** A check throws this if it cannot test its rule on this subject. The message gives the reason, e.g. missing sample code. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** @throws {Broken} unless the condition is true */
export function ensure(condition: boolean, wrong: string, remedy: string): asserts condition {
  if (!condition) throw new Broken(wrong, remedy);
}
