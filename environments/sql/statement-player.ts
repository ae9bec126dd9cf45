import type { Execution, StatementResult } from './driver-answer.ts';
import type { Answer, Attempt } from './grading.ts';
import { lastRows } from './shown-rows.ts';
import { endedInDoubt, KEPT_ROWS, type SqlDriver } from './sql-driver.ts';
import type { SqlRow } from './sql-value.ts';

export interface PlayerParts {
  /** Connected. */
  readonly driver: SqlDriver;
  /** Whether every action replaces the answer, even one that failed or gave no rows. */
  readonly strict: boolean;
  readonly maxRows: number;
  readonly maxOutputBytes: number;
}

/** The statements of one action, and their deadline in milliseconds. */
export interface PlayedAction {
  readonly sql: string;
  readonly timeoutMs: number;
}

/** Maximum number of earlier statements that are kept for the reward. */
const MOST_REMEMBERED = 500;
const MOST_REMEMBERED_LENGTH = 20_000;
/** Limits of an episode that can be played again: actions, characters, and time in milliseconds. */
const MOST_PLAYED = 500;
const MOST_PLAYED_LENGTH = 1024 * 1024;
const MOST_PLAYED_MS = 30_000;

/** Plays actions on a driver. The last rows are the answer. */
export class StatementPlayer {
  readonly #parts: PlayerParts;
  readonly #statements: string[] = [];
  readonly #played: PlayedAction[] = [];
  #playedLength = 0;
  /** Actions up to and including the one that gave the answer. */
  #answeredAt = 0;
  #endedInDoubt = false;
  #attempt: Attempt = { answer: null, sql: '', single: false, earlier: [] };

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  get attempt(): Attempt {
    return this.#attempt;
  }

  async play(action: PlayedAction): Promise<Execution> {
    const { driver, strict, maxRows, maxOutputBytes } = this.#parts;
    this.#keep(action);
    const execution = await driver.execute({
      ...action,
      // InterCode's text is that of all rows.
      maxRows: strict ? KEPT_ROWS : maxRows,
      maxBytes: maxOutputBytes,
    });
    this.#endedInDoubt = endedInDoubt(execution, action.timeoutMs);
    const { sql } = action;
    const result = lastRows(execution);
    if (strict || result !== null) {
      const single = execution.results.length === 1 && execution.error === null;
      const kept = sql.slice(0, MOST_REMEMBERED_LENGTH);
      this.#answeredAt = this.#played.length;
      this.#attempt = { answer: this.#answer(result), sql: kept, single, earlier: [...this.#statements] };
    }
    if (execution.error === null && this.#statements.length < MOST_REMEMBERED) {
      this.#statements.push(sql.slice(0, MOST_REMEMBERED_LENGTH));
    }
    return execution;
  }

  /** Whether something other than the statements may have ended the last action. */
  get endedInDoubt(): boolean {
    return this.#endedInDoubt;
  }

  /**
   * The actions that lead to the grade, if something else may have decided it: the driver was lost at the submitted action, or
   * with the rows of the answer. `null` if there is no such doubt, or if the episode is too long to be played again.
   * @param submitted whether the last action is part of the grade
   * @param rowsLost whether the grade needed rows of the answer that are lost
   */
  toPlayAgain(submitted: boolean, rowsLost: boolean): readonly PlayedAction[] | null {
    if (this.#playedLength > MOST_PLAYED_LENGTH || this.#played.length > MOST_PLAYED) return null;
    if (this.#parts.driver.durationMs > MOST_PLAYED_MS) return null;
    if (submitted && this.endedInDoubt) return [...this.#played];
    return rowsLost ? this.#played.slice(0, this.#answeredAt) : null;
  }

  #keep(action: PlayedAction): void {
    this.#playedLength += action.sql.length;
    const fits = this.#playedLength <= MOST_PLAYED_LENGTH && this.#played.length <= MOST_PLAYED;
    if (fits) this.#played.push(action);
  }

  #answer(result: StatementResult | null): Answer | null {
    if (result === null) return null;
    let rows: ReturnType<Answer['rows']> | undefined;
    let fetched: readonly SqlRow[] = result.rows;
    return {
      columns: result.columns ?? [],
      count: result.count,
      known: () => fetched,
      rows: () => {
        rows ??= this.#parts.driver.allRows(result).then((all) => {
          fetched = all ?? fetched;
          return all;
        });
        return rows;
      },
    };
  }
}
