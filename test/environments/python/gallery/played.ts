/** A task, with solutions that solve it and others that only look as if they did. `f` is asked for, or `Money`. */
export interface Played {
  /** What the tests are about, in words. */
  readonly of: string;
  readonly setup?: string;
  readonly gold: string;
  /** Statements, each a test. */
  readonly tests?: readonly string[];
  readonly grade?: string;
  /** Solutions that get 1, by what is different in them. */
  readonly honest: Readonly<Record<string, string>>;
  /** Solutions of which no test is passed by what they try. */
  readonly cheats: Readonly<Record<string, string>>;
}
