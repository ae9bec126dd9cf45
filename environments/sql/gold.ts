import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef, SandboxSource } from '../../docker/sandbox.ts';
import type { GoldCache } from '../gold-cache.ts';
import { CleanSandbox } from './clean-sandbox.ts';
import type { StatementError, StatementResult } from './driver-answer.ts';
import { type Connection, DriverSession } from './driver-session.ts';
import { lastRows } from './shown-rows.ts';
import type { Dialect } from './task.ts';

/** What a gold query gives. */
export interface Gold {
  /** `null` where it has no rows to give. */
  readonly result: StatementResult | null;
  /** Why there is nothing to compare with: some published gold queries are no SQL. */
  readonly error: StatementError | null;
  /** Tables of the task's database. */
  readonly tables: readonly string[];
}

/** The gold's outcome on an image. */
export type GoldSource = (image: ImageRef) => Promise<Gold>;

export interface GoldParts {
  readonly sandboxes: SandboxSource;
  readonly cache: GoldCache;
  /** Names the task among all. */
  readonly key: string;
  readonly sql: string;
  readonly connection: Connection;
  readonly dialect: Dialect;
}

/** Longest run of a gold query, in milliseconds. */
const GOLD_TIMEOUT_MS = 120_000;

/** Runs the gold query in a sandbox for grading, once per task and image. */
export function goldSource({ sandboxes, cache, key, sql, connection, dialect }: GoldParts): GoldSource {
  return (image) =>
    cache.get(`sql ${key} ${image.digest}`, async () => {
      const sandbox = await sandboxes.acquire({ image: image.name, purpose: 'grading' });
      const driver = new DriverSession({ sandbox, dialect, connection });
      await using _clean = new CleanSandbox(sandbox, driver);
      await driver.begin();
      const tables = (await driver.schema()).map(({ name }) => name);
      const run = await driver.execute({ sql, timeoutMs: GOLD_TIMEOUT_MS, maxRows: 0, maxBytes: 0 });
      if (run.timedOut) {
        throw new SandboxError(
          'unresponsive',
          `The gold query of ${key} did not end within ${GOLD_TIMEOUT_MS / 1000} seconds.`,
        );
      }
      return { result: lastRows(run), error: run.error, tables };
    });
}
