import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef, SandboxSource } from '../../docker/sandbox.ts';
import type { Ungradable } from '../../protocol/environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import type { StatementError, StatementResult, ZeroDate } from './driver-answer.ts';
import { lastRows } from './shown-rows.ts';
import { type DatabaseAccess, KEPT_ROWS, SqlDriver } from './sql-driver.ts';
import type { Dialect } from './task.ts';
import { isTimeless } from './timeless.ts';

/** The outcome of a gold query. */
export interface Gold {
  /** All kept rows; `null` if it gives none. */
  readonly result: StatementResult | null;
  /** Why it cannot be compared with: some published gold queries are not valid SQL. */
  readonly error: StatementError | null;
  /** Tables of the task's database. */
  readonly tables: readonly string[];
}

/** Why a task with this gold cannot be graded; `null` if it can. @param id of the task */
export function ungradableGold(id: string, { result, error }: Gold): Ungradable | null {
  const fails = (why: string): Ungradable => ({
    kind: 'gold_fails',
    reason: `The gold query of task ${id} ${why}.`,
  });
  if (error === TOO_SLOW) {
    return { kind: 'gold_never_ends', reason: `The gold query of task ${id} fails: ${TOO_SLOW.message}.` };
  }
  if (result === null) return fails(`fails: ${error?.message ?? 'it gives no rows'}`);
  if (result.rows.length === result.count) return null;
  return fails(
    `gives ${result.count} rows, of which only ${result.rows.length} are kept: too many to compare`,
  );
}

/** The gold's outcome on an image. */
export type GoldSource = (image: ImageRef) => Promise<Gold>;

export interface GoldParts {
  readonly sandboxes: SandboxSource;
  readonly cache: GoldCache;
  /** Identifies the task among all. */
  readonly key: string;
  readonly sql: string;
  readonly access: DatabaseAccess;
  readonly dialect: Dialect;
  /** The same as in the agent's session. */
  readonly zeroDate: ZeroDate;
}

/** Time limit of a gold query, in milliseconds. A client may give up waiting for a grade after a minute. */
const GOLD_TIMEOUT_MS = 30_000;
const TOO_SLOW = {
  code: 0,
  state: 'HY000',
  message: `it did not end within ${GOLD_TIMEOUT_MS / 1000} seconds`,
};
/** Rows returned with the execution. It saves a call if these are all rows. */
const FIRST_BYTES = 65_536;

/** Runs the gold query in a grading sandbox, once per task and image unless it uses the time or random numbers. */
export function goldSource(parts: GoldParts): GoldSource {
  const { sandboxes, cache, key, sql, access, dialect, zeroDate } = parts;
  return (image) => {
    const run = async (): Promise<Gold> => {
      const sandbox = await sandboxes.acquire({ image: image.name, purpose: 'grading' });
      await using driver = new SqlDriver({ sandbox, dialect, access, zeroDate });
      await driver.begin();
      const tables = (await driver.schema()).map(({ name }) => name);
      const execution = await driver.execute({
        sql,
        timeoutMs: GOLD_TIMEOUT_MS,
        maxRows: KEPT_ROWS,
        maxBytes: FIRST_BYTES,
      });
      if (execution.timedOut) return { result: null, error: TOO_SLOW, tables };
      if (execution.restarted)
        throw new SandboxError('died', `The gold query of ${key} ended its connection.`);
      const last = lastRows(execution);
      const rows = last === null ? null : await driver.allRows(last);
      const result = last === null || rows === null ? null : { ...last, rows };
      return { result, error: execution.error, tables };
    };
    // An error may come from the sandbox; another run shows that.
    const holds = isTimeless(sql, dialect) ? ({ error }: Gold) => error === null : undefined;
    return cache.get(`sql ${key} ${image.digest}`, run, holds);
  };
}
