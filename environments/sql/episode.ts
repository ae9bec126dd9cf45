import type { Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, Grade, Task } from '../environment.ts';
import { outputText } from '../output-text.ts';
import { within } from '../time-left.ts';
import type { Execution, StatementResult } from './driver-answer.ts';
import { type DriverSession, KEPT_ROWS } from './driver-session.ts';
import type { GoldSource } from './gold.ts';
import { jsonRow } from './json-value.ts';
import type { RowFormat } from './options.ts';
import { executionText } from './result-text.ts';
import type { Answer, Attempt, Scorer } from './scoring.ts';
import { lastRows, shownExecution } from './shown-rows.ts';

export interface SqlEpisodeParts {
  readonly task: Task;
  readonly sandbox: Sandbox;
  /** Connected. */
  readonly driver: DriverSession;
  readonly gold: GoldSource;
  readonly scorer: Scorer;
  /** What the agent sees first. */
  readonly instruction: string;
  readonly format: RowFormat;
  readonly maxRows: number;
  readonly maxOutputBytes: number;
  /** Deadline of an action that brings none of its own, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether any action replaces the answer, also one that failed or gave no rows, and `submit` brings none, as InterCode
   * has it. Else the answer is the last rows that a statement gave.
   */
  readonly strict: boolean;
}

const OK = 0;
const FAILED = 1;
const TIMED_OUT = 124;
/** Earlier statements that are remembered for a reward's sake. */
const MOST_REMEMBERED = 500;
const MOST_REMEMBERED_LENGTH = 20_000;

function exitCode({ error, timedOut }: Execution): number {
  if (timedOut) return TIMED_OUT;
  return error === null ? OK : FAILED;
}

/** One connection for the whole episode; the answer is rows. */
export class SqlEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: SqlEpisodeParts;
  readonly #statements: string[] = [];
  #attempt: Attempt = { answer: null, sql: '', single: false, earlier: [] };

  constructor(parts: SqlEpisodeParts) {
    this.#parts = parts;
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.initial = {
      observation: { output: parts.instruction },
      durationMs: parts.driver.durationMs,
    };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const { driver, strict } = this.#parts;
    const before = driver.durationMs;
    const execution = await this.#execute(
      action.code,
      within(action.timeout_ms ?? this.#parts.timeoutMs, atMostMs),
    );
    return {
      observation: this.#observation(execution),
      durationMs: driver.durationMs - before,
      ...(strict ? { info: { action_executed: execution.error === null && !execution.timedOut } } : {}),
    };
  }

  async grade(options: { readonly answer?: string; readonly final: boolean }): Promise<Grade> {
    const began = performance.now();
    const { gold, scorer, strict } = this.#parts;
    const expected = gold(this.sandbox.image);
    // Whoever awaits it comes later; a failure until then is not unhandled.
    expected.catch(() => {});
    if (!strict && options.answer !== undefined) await this.#execute(options.answer, this.#parts.timeoutMs);
    const { ungraded, ...score } = await scorer(this.#attempt, await expected);
    const durationMs = performance.now() - began;
    return { ...score, durationMs, ...(ungraded === undefined ? {} : { info: { ungraded } }) };
  }

  release(): Promise<void> {
    return this.#parts.driver.release();
  }

  async #execute(sql: string, timeoutMs: number): Promise<Execution> {
    const { driver, strict, maxRows, maxOutputBytes } = this.#parts;
    const execution = await driver.execute({
      sql,
      timeoutMs,
      // InterCode's text is that of all rows.
      maxRows: strict ? KEPT_ROWS : maxRows,
      maxBytes: maxOutputBytes,
    });
    const result = lastRows(execution);
    if (strict || result !== null) {
      const single = execution.results.length === 1 && execution.error === null;
      const kept = sql.slice(0, MOST_REMEMBERED_LENGTH);
      this.#attempt = { answer: this.#answer(result), sql: kept, single, earlier: [...this.#statements] };
    }
    if (execution.error === null && this.#statements.length < MOST_REMEMBERED) {
      this.#statements.push(sql.slice(0, MOST_REMEMBERED_LENGTH));
    }
    return execution;
  }

  #answer(result: StatementResult | null): Answer | null {
    if (result === null) return null;
    let rows: ReturnType<Answer['rows']> | undefined;
    return {
      count: result.count,
      rows: () => {
        rows ??= this.#parts.driver.allRows(result);
        return rows;
      },
    };
  }

  #observation(execution: Execution) {
    const { maxRows, maxOutputBytes, format, strict } = this.#parts;
    const shown = shownExecution(execution, maxRows, maxOutputBytes);
    const whole = strict
      ? executionText(execution, format) + leftOut(execution)
      : executionText(shown, format);
    const { text, truncatedBytes } = outputText(
      { output: Buffer.from(whole), truncatedBytes: 0, truncatedAt: -1 },
      maxOutputBytes,
    );
    const last = shown.results.at(-1);
    return {
      output: text,
      exit_code: exitCode(execution),
      timed_out: execution.timedOut,
      truncated_bytes: truncatedBytes,
      ...(last === undefined ? {} : lastFields(last)),
      ...(execution.error === null ? {} : { error: errorFields(execution.error) }),
      ...(execution.restarted ? { session_restarted: true } : {}),
    };
  }
}

/** InterCode's text tells of no rows that are left out. */
function leftOut({ results }: Execution): string {
  const { rows, count } = results.at(-1) ?? { rows: [], count: 0 };
  return rows.length < count ? `\n[… ${count - rows.length} of ${count} rows not shown …]` : '';
}

function lastFields({ columns, rows, count, affected }: StatementResult) {
  if (columns === null) return { affected_rows: affected };
  return { columns, rows: rows.map(jsonRow), row_count: count };
}

function errorFields({ code, state, message }: NonNullable<Execution['error']>) {
  return { code, sqlstate: state, message };
}
