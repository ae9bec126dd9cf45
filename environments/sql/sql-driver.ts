import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { UnplayableError } from '../definition.ts';
import {
  answerFrom,
  type Execution,
  executionFrom,
  RawBeginning,
  RawSchema,
  type Schema,
  type StatementError,
  type StatementResult,
  type ZeroDate,
} from './driver-answer.ts';
import { DRIVER_FUNCTION, driverSource } from './driver-source.ts';
import { lastRows } from './shown-rows.ts';
import type { SqlRow } from './sql-value.ts';
import type { Dialect } from './task.ts';

/** What a connection to the database server may reach. */
export interface DatabaseAccess {
  readonly database: string;
  /** Whether it has rights on all databases of the image, or only on this one. */
  readonly allDatabases: boolean;
  /** Whether an action may have several statements. */
  readonly several: boolean;
}

export interface ExecuteRequest {
  readonly sql: string;
  /** Deadline of all statements together, in milliseconds. */
  readonly timeoutMs: number;
  /** Maximum rows returned per statement. */
  readonly maxRows: number;
  /** Maximum bytes of returned values, of the last statement, and of the earlier ones together; at most 1 MiB. */
  readonly maxBytes: number;
}

export interface SqlDriverParts {
  readonly sandbox: Sandbox;
  readonly dialect: Dialect;
  readonly access: DatabaseAccess;
  readonly zeroDate: ZeroDate;
}

/** Rows of an answer that the driver keeps for a grade, and their bytes; a value counts as 8 bytes plus its length. */
export const KEPT_ROWS = 20_000;
const KEPT_BYTES = 4 * 1024 * 1024;
/** Maximum bytes reported per action. In JSON a value of one byte can take 33; the cap of the answer is above that. */
const TOLD_BYTES = 1024 * 1024;
const CALL_TIMEOUT_MS = 60_000;
/** Time limit to restart a lost driver: the step that waits for it has already used its own time. */
const RESTART_MS = 10_000;
/** Time limit to return the kept rows: a grade cannot wait longer. */
const ANSWER_TIMEOUT_MS = 20_000;
/** Deadline of the release: do not wait for a sandbox that does not answer. */
const FINISH_TIMEOUT_MS = 10_000;
/**
 * The driver ends statements at their deadline. After this additional time the session's deadline ends the driver too. A server
 * that must be restarted needs longer than a library, in which a single function can run on.
 */
const SLACK_MS: Readonly<Record<Dialect, number>> = { sqlite: 2000, mysql: 20_000 };
/** A sandbox that stands still is given up within 5 s: statements had at least half of such a deadline for themselves. */
const LONG_DEADLINE_MS = 10_000;
const MAX_ANSWER_BYTES = 48 * 1024 * 1024;
const GONE = { code: 2006, state: 'HY000', message: 'The database cannot be opened again in this sandbox' };
const UNTOLD = { code: 2027, state: 'HY000', message: 'The result cannot be told' };
const LOST = { code: 2013, state: 'HY000', message: 'Lost connection to server during query' };

/** The driver's session ended. */
class DriverLost extends SandboxError {
  readonly timedOut: boolean;

  constructor(timedOut: boolean) {
    super(timedOut ? 'unresponsive' : 'died', 'The session of the database driver ended.', {
      actionMayHaveRun: true,
    });
    this.timedOut = timedOut;
  }
}

/** The driver failed, or cannot be started. */
class DriverFault extends SandboxError {}

/**
 * Whether the agent's statements are the cause: the sandbox and its runner work, and only this driver runs in them, which gets
 * only those statements.
 */
function isAgents(error: unknown): error is DriverLost | DriverFault {
  return error instanceof DriverLost || error instanceof DriverFault;
}

/**
 * Whether something other than the statements may have ended them: the driver or its server was lost, or time ran out that the
 * sandbox may have spent standing still.
 * @param timeoutMs deadline of the statements, in milliseconds
 */
export function endedInDoubt({ error, restarted, timedOut }: Execution, timeoutMs: number): boolean {
  return restarted || error === UNTOLD || (timedOut && timeoutMs < LONG_DEADLINE_MS);
}

function failed(error: StatementError, timedOut: boolean): Execution {
  return { results: [], leftOut: 0, error, timedOut, restarted: true };
}

/** The driver in a sandbox's Python session: one JSON document per call. The agent controls only the SQL text. */
export class SqlDriver implements AsyncDisposable {
  /** Total time in the sandbox, in milliseconds. */
  durationMs = 0;
  readonly #parts: SqlDriverParts;
  #sound = true;
  #gone = false;
  #calls = 0;
  /** The result whose rows the driver keeps. */
  #held: StatementResult | null = null;
  #released: Promise<void> | null = null;

  constructor(parts: SqlDriverParts) {
    this.#parts = parts;
  }

  /**
   * Connect the agent.
   * @throws {UnplayableError} if the image does not have the database
   * @throws {SandboxError} on an infrastructure fault
   */
  begin(): Promise<void> {
    return this.#begin(CALL_TIMEOUT_MS);
  }

  async #begin(timeoutMs: number): Promise<void> {
    const { database, allDatabases, several } = this.#parts.access;
    const request = { call: 'begin', database, all_databases: allDatabases, several };
    const { missing } = RawBeginning.parse(await this.#call(request, timeoutMs));
    if (missing === true) throw new UnplayableError(`Its image does not have the database ${database}.`);
  }

  /**
   * Run statements as the agent. If they break the driver or its server, the result is an error of these statements. A lost
   * driver is restarted once. If it cannot start because of what they left, every later action reports that error.
   * @throws {SandboxError} on an infrastructure fault
   */
  async execute({ sql, timeoutMs, maxRows, maxBytes }: ExecuteRequest): Promise<Execution> {
    const request = {
      call: 'execute',
      sql,
      timeout_ms: timeoutMs,
      several: this.#parts.access.several,
      max_rows: maxRows,
      max_bytes: Math.min(maxBytes, TOLD_BYTES),
      kept_rows: KEPT_ROWS,
      kept_bytes: KEPT_BYTES,
    };
    if (this.#gone) return failed(GONE, false);
    try {
      const document = await this.#call(request, timeoutMs + SLACK_MS[this.#parts.dialect]);
      const execution = executionFrom(document, this.#parts.zeroDate);
      this.#held = lastRows(execution) ?? this.#held;
      return execution;
    } catch (error) {
      if (!isAgents(error)) throw error;
      this.#held = null;
      if (error instanceof DriverFault) return { ...failed(UNTOLD, false), restarted: false };
      await this.#startAgain();
      return failed(LOST, error.timedOut);
    }
  }

  async #startAgain(): Promise<void> {
    try {
      await this.#start();
      await this.#begin(RESTART_MS);
    } catch (error) {
      if (!isAgents(error) && !(error instanceof UnplayableError)) throw error;
      this.#gone = true;
    }
  }

  /**
   * All kept rows of a result. The driver keeps the rows of the last statement that gave any, until a grade needs them.
   * `null` if they were lost with the driver.
   */
  async allRows(result: StatementResult): Promise<readonly SqlRow[] | null> {
    if (result.rows.length === result.count) return result.rows;
    if (result !== this.#held) return null;
    try {
      return answerFrom(await this.#call({ call: 'answer' }, ANSWER_TIMEOUT_MS), this.#parts.zeroDate);
    } catch (error) {
      if (!isAgents(error)) throw error;
      this.#held = null;
      return null;
    }
  }

  async schema(): Promise<Schema> {
    const { database } = this.#parts.access;
    return RawSchema.parse(await this.#call({ call: 'schema', database }, CALL_TIMEOUT_MS)).tables;
  }

  /**
   * Close the agent's connection and release the sandbox: as pristine if the driver finds the databases unchanged and no call
   * is running. Never throws; a second call does nothing.
   */
  release(): Promise<void> {
    this.#released ??= this.#finish().then((pristine) =>
      this.#parts.sandbox.release(pristine ? 'pristine' : 'used'),
    );
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #finish(): Promise<boolean> {
    if (!this.#sound || this.#calls > 0) return false;
    try {
      const answer = await this.#call({ call: 'finish' }, FINISH_TIMEOUT_MS);
      return (
        typeof answer === 'object' && answer !== null && 'pristine' in answer && answer.pristine === true
      );
    } catch {
      return false;
    }
  }

  async #call(request: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<unknown> {
    // A JSON string is also a Python string literal.
    const code = `${DRIVER_FUNCTION}(${JSON.stringify(JSON.stringify(request))})`;
    this.#calls += 1;
    try {
      const result = await this.#run(code, timeoutMs);
      if (result.sessionRestarted || result.timedOut) {
        this.#sound = false;
        throw new DriverLost(result.timedOut);
      }
      const text = result.output.toString('utf8');
      if (result.exitCode === 0 && result.truncatedBytes === 0) return JSON.parse(text) as unknown;
      this.#sound = false;
      throw this.#fault(text);
    } finally {
      this.#calls -= 1;
    }
  }

  async #run(code: string, timeoutMs: number) {
    const result = await this.#parts.sandbox.run({ code, timeoutMs, maxOutputBytes: MAX_ANSWER_BYTES });
    this.durationMs += result.durationMs;
    return result;
  }

  async #start(): Promise<void> {
    const result = await this.#run(driverSource(this.#parts.dialect), RESTART_MS);
    if (result.exitCode !== 0) throw this.#fault(result.output.toString('utf8'));
  }

  #fault(text: string): DriverFault {
    const last = text.trim().split('\n').at(-1) ?? '';
    return new DriverFault('runner_fault', `The database driver failed: ${last.slice(0, 500)}`, {
      actionMayHaveRun: true,
    });
  }
}
