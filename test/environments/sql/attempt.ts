/** Something that must leave no trace for the next episode. */
export interface Attempt {
  readonly name: string;
  /** Actions, one after the other. */
  readonly actions: readonly string[];
  /** Error code of the last action; `null` where it succeeds and what it did is taken away afterwards. */
  readonly refused: number | null;
  /** For the table of `README.md`. */
  readonly stoppedBy: string;
}
