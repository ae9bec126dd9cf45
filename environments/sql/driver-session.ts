import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { type Execution, executionFrom, RawSchema, type Schema } from './driver-answer.ts';
import { DRIVER_FUNCTION, driverSource } from './driver-source.ts';
import type { SqlValue } from './sql-value.ts';
import type { Dialect } from './task.ts';

/** Whose connection it is, and to what. */
export interface Connection {
  readonly database: string;
  /** Rights on all databases of the image, not on this one alone. */
  readonly allDatabases: boolean;
  /** Whether an action may hold several statements. */
  readonly several: boolean;
}

export interface ExecuteRequest {
  readonly sql: string;
  /** Deadline of all statements together, in milliseconds. */
  readonly timeoutMs: number;
  /** Rows and bytes of all but the last statement that are told. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

export interface DriverSessionParts {
  readonly sandbox: Sandbox;
  readonly dialect: Dialect;
  readonly connection: Connection;
  /** What a date with zeros in it becomes. @default its text */
  readonly zeroDate?: (text: string) => SqlValue;
}

/** Rows of a last statement that are kept, for observations and grades, and their bytes. */
export const KEPT_ROWS = 20_000;
const KEPT_BYTES = 4 * 1024 * 1024;
const CALL_TIMEOUT_MS = 60_000;
/** Nobody waits for a sandbox that does not answer. */
const FINISH_TIMEOUT_MS = 10_000;
/**
 * The driver ends statements itself; past this the session's own deadline takes the driver along. A server that has to be
 * started again needs longer than a library, in which a single function can run on.
 */
const SLACK_MS: Readonly<Record<Dialect, number>> = { sqlite: 2000, mysql: 20_000 };
const MAX_ANSWER_BYTES = 48 * 1024 * 1024;
const LOST = { code: 2013, state: 'HY000', message: 'Lost connection to server during query' };

/** Thrown where the session that ran the driver came to its end. */
class DriverLost extends Error {
  readonly timedOut: boolean;

  constructor(timedOut: boolean) {
    super('the session that ran the driver ended');
    this.timedOut = timedOut;
  }
}

/** The driver in a sandbox's Python session: one call, one JSON document. The agent has no say but in the SQL text. */
export class DriverSession {
  /** Time in the sandbox so far, in milliseconds. */
  durationMs = 0;
  readonly #parts: DriverSessionParts;
  #sound = true;
  #calls = 0;

  constructor(parts: DriverSessionParts) {
    this.#parts = parts;
  }

  /** Connect the agent. @throws {SandboxError} also for a database that the image does not have */
  async begin(): Promise<void> {
    const { database, allDatabases, several } = this.#parts.connection;
    await this.#call({ call: 'begin', database, all_databases: allDatabases, several }, CALL_TIMEOUT_MS);
  }

  /** Run statements as the agent. @throws {SandboxError} on an infrastructure fault */
  async execute({ sql, timeoutMs, maxRows, maxBytes }: ExecuteRequest): Promise<Execution> {
    const request = {
      call: 'execute',
      sql,
      timeout_ms: timeoutMs,
      several: this.#parts.connection.several,
      max_rows: maxRows,
      max_bytes: maxBytes,
      kept_rows: KEPT_ROWS,
      kept_bytes: KEPT_BYTES,
    };
    try {
      const document = await this.#call(request, timeoutMs + SLACK_MS[this.#parts.dialect]);
      return executionFrom(document, this.#parts.zeroDate ?? ((text) => text));
    } catch (error) {
      if (!(error instanceof DriverLost)) throw error;
      await this.#start();
      await this.begin();
      return { results: [], leftOut: 0, error: LOST, timedOut: error.timedOut, restarted: true };
    }
  }

  async schema(): Promise<Schema> {
    const { database } = this.#parts.connection;
    return RawSchema.parse(await this.#call({ call: 'schema', database }, CALL_TIMEOUT_MS)).tables;
  }

  /**
   * Close the agent's connection.
   * @returns whether the next holder finds the databases as they were; false, too, while a call is under way
   */
  async finish(): Promise<boolean> {
    if (!this.#sound || this.#calls > 0) return false;
    const answer = await this.#call({ call: 'finish' }, FINISH_TIMEOUT_MS);
    return typeof answer === 'object' && answer !== null && 'pristine' in answer && answer.pristine === true;
  }

  async #call(request: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<unknown> {
    // A JSON text is a string literal of Python's, too.
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
    const result = await this.#run(driverSource(this.#parts.dialect), CALL_TIMEOUT_MS);
    if (result.exitCode !== 0) throw this.#fault(result.output.toString('utf8'));
  }

  #fault(text: string): SandboxError {
    const last = text.trim().split('\n').at(-1) ?? '';
    return new SandboxError('runner_fault', `The database driver failed: ${last.slice(0, 500)}`, {
      actionMayHaveRun: true,
    });
  }
}
