import { within } from '../../docker/deadline.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, Grade, GradeRequest, Task } from '../environment.ts';
import { outputText } from '../output-text.ts';
import type { CompositeWeights, GoldQuery } from './composite-reward.ts';
import type { Execution, StatementResult } from './driver-answer.ts';
import type { Gold, GoldSource } from './gold.ts';
import type { Grader, RowsGrade } from './grading.ts';
import { jsonRow } from './json-value.ts';
import type { RowFormat } from './options.ts';
import { executionText } from './result-text.ts';
import { explainedRows } from './rows-explanation.ts';
import { shownExecution } from './shown-rows.ts';
import type { SqlDriver } from './sql-driver.ts';
import { StatementPlayer } from './statement-player.ts';

export interface SqlEpisodeParts {
  readonly task: Task;
  readonly sandbox: Sandbox;
  /** Connected. */
  readonly driver: SqlDriver;
  /** A driver in a fresh sandbox for grading, not yet connected. */
  readonly freshDriver: () => Promise<SqlDriver>;
  readonly gold: GoldSource;
  readonly grader: Grader;
  /** What the grader compares with. */
  readonly query: GoldQuery;
  /** Weights of a composite reward; `null` for other rewards. */
  readonly weights: CompositeWeights | null;
  /** What the agent sees first. */
  readonly instruction: string;
  readonly format: RowFormat;
  readonly maxRows: number;
  readonly maxOutputBytes: number;
  /** Default deadline of an action, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether every action replaces the answer, even one that failed or gave no rows, and `submit` brings none, as in InterCode.
   * If false, the answer is the last rows that a statement gave.
   */
  readonly strict: boolean;
}

const OK = 0;
const FAILED = 1;
const TIMED_OUT = 124;

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
  readonly #player: StatementPlayer;

  constructor(parts: SqlEpisodeParts) {
    this.#parts = parts;
    this.#player = new StatementPlayer(parts);
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
    const execution = await this.#player.play({
      sql: action.code,
      timeoutMs: within(action.timeout_ms ?? this.#parts.timeoutMs, atMostMs),
    });
    return {
      observation: this.#observation(execution),
      durationMs: driver.durationMs - before,
      ...(strict ? { info: { action_executed: execution.error === null && !execution.timedOut } } : {}),
    };
  }

  async grade({ answer, atMostMs = Number.POSITIVE_INFINITY }: GradeRequest): Promise<Grade> {
    const began = performance.now();
    const { driver, gold, strict, timeoutMs } = this.#parts;
    const end = driver.durationMs + atMostMs;
    const expected = gold(this.sandbox.image);
    // It is awaited later; a rejection until then must not count as unhandled.
    expected.catch(() => {});
    const submitted = !strict && answer !== undefined;
    if (submitted) await this.#player.play({ sql: answer, timeoutMs: within(timeoutMs, atMostMs) });
    const first = await this.#parts.grader(this.#player.attempt, await expected);
    const { ungraded, rowsLost, ...score } = await this.#settled(first, submitted, await expected, end);
    const durationMs = performance.now() - began;
    const { query, weights } = this.#parts;
    const grade = { ...score, ...(rowsLost === undefined ? {} : { rowsLost }) };
    const graded = { attempt: this.#player.attempt, gold: await expected, grade, query, weights };
    return {
      ...score,
      durationMs,
      ...(ungraded === undefined ? {} : { info: { ungraded } }),
      explain: () => explainedRows(graded),
    };
  }

  /**
   * A grade that lost its driver is tried again in a fresh sandbox, in the time that is left. If it ends the same way there,
   * the statements are the cause.
   * @param end of the time that the statements may take, in milliseconds of the driver
   * @throws {SandboxError} if the second try has a sandbox fault
   */
  async #settled(first: RowsGrade, submitted: boolean, gold: Gold, end: number): Promise<RowsGrade> {
    const { driver, freshDriver, grader } = this.#parts;
    const actions = this.#player.toPlayAgain(submitted, first.rowsLost === true);
    const leftMs = end - driver.durationMs;
    if (actions === null || first.reward === null || leftMs <= 0) return first;
    await using fresh = await freshDriver();
    await fresh.begin();
    const player = new StatementPlayer({ ...this.#parts, driver: fresh });
    for (const { sql, timeoutMs } of actions) {
      await player.play({ sql, timeoutMs: within(timeoutMs, leftMs - fresh.durationMs) });
      // What is cut here may end otherwise than it did before.
      if (fresh.durationMs >= leftMs) return first;
    }
    return submitted && player.endedInDoubt ? first : grader(player.attempt, gold);
  }

  release(): Promise<void> {
    return this.#parts.driver.release();
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

/** InterCode's text does not mention rows that are left out. */
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
