/** What a task must keep, in the order of the table. */
export type Requirement = 'begins' | 'no-op' | 'gold' | 'wrong' | 'cheats' | 'again' | 'verifier';

/** A requirement that a task does not keep. */
export interface Problem {
  readonly requirement: Requirement;
  /** What was seen, e.g. `wrong answer 2 scores 1`. */
  readonly seen: string;
  /** What its author can do. */
  readonly remedy: string;
}

/** The result of a task that was played. */
export interface TaskVerdict {
  readonly id: string;
  readonly index: number;
  /** `null`: no reward, or not played. */
  readonly noOp: number | null;
  readonly gold: number | null;
  /** Of each wrong answer, and each cheat. */
  readonly wrong: readonly (number | null)[];
  readonly cheats: readonly (number | null)[];
  /** The longest grade of a no-op, a gold or a wrong answer, in milliseconds. */
  readonly gradeMs: number;
  /** None if the task passes. */
  readonly problems: readonly Problem[];
}

/** A task that a fault of the infrastructure kept from being played. */
export interface UntriedTask {
  readonly id: string;
  readonly index: number;
  readonly fault: string;
}
