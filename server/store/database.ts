import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Libsql from 'libsql';

/** Version of the tables. An index of another version is built anew. */
const VERSION = 1;
/** Maximum wait for another process that writes, in milliseconds. */
const BUSY_MS = 10_000;

const TABLES = `
CREATE TABLE trajectory (
  path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, episode_id TEXT NOT NULL, environment TEXT NOT NULL, dataset TEXT NOT NULL,
  task TEXT NOT NULL, task_index INTEGER NOT NULL, seed INTEGER NOT NULL, begun INTEGER NOT NULL, "end" TEXT, steps INTEGER NOT NULL,
  reward REAL, success INTEGER, failure TEXT, turns TEXT NOT NULL, instruction TEXT NOT NULL, summary TEXT NOT NULL
);
CREATE INDEX trajectory_begun ON trajectory (begun, path);
CREATE INDEX trajectory_reward ON trajectory (reward, path);
CREATE INDEX trajectory_task ON trajectory (environment, dataset, task);
CREATE INDEX trajectory_episode ON trajectory (episode_id);
CREATE INDEX trajectory_failure ON trajectory (failure) WHERE failure IS NOT NULL;
CREATE INDEX trajectory_open ON trajectory (path) WHERE "end" IS NULL;
CREATE TABLE tag (tag TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (tag, path)) WITHOUT ROWID;
CREATE INDEX tag_path ON tag (path);
CREATE TABLE unreadable (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL, reason TEXT NOT NULL);
`;

export type Database = Libsql.Database;
type Value = string | number | null;

/** A file of the index, with the others that SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm'];

/**
 * Open the index, or make an empty one if it is missing, damaged or of another version. In a folder that cannot be written it is
 * in memory.
 * @throws {Error} if SQLite has no program for this machine
 */
export function openDatabase(path: string): Database {
  const Connection = driver();
  try {
    return prepared(new Connection(path));
  } catch {
    try {
      for (const suffix of SUFFIXES) rmSync(`${path}${suffix}`, { force: true });
      return prepared(new Connection(path));
    } catch {
      return prepared(new Connection(':memory:'));
    }
  }
}

function driver(): typeof Libsql {
  try {
    // It is loaded when the first trajectory is looked for: most servers and commands never do.
    return createRequire(import.meta.url)('libsql') as typeof Libsql;
  } catch (cause) {
    const message = `There is no SQLite for ${process.platform} ${process.arch}: install stepwell with its optional dependencies`;
    throw new Error(message, { cause });
  }
}

/** @throws {Error} if the file is no database */
function prepared(database: Database): Database {
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`,
    );
    if (versionOf(database) === VERSION) return database;
    inTransaction(database, () => {
      // Another process may have made them meanwhile.
      if (versionOf(database) === VERSION) return;
      for (const table of ['trajectory', 'tag', 'unreadable']) database.exec(`DROP TABLE IF EXISTS ${table}`);
      database.exec(TABLES);
      database.exec(`PRAGMA user_version = ${VERSION}`);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: Database): number {
  return Number(rows(database, 'PRAGMA user_version')[0]?.user_version);
}

/** All rows of a query. */
export function rows(
  database: Database,
  sql: string,
  values: readonly Value[] = [],
): Readonly<Record<string, Value>>[] {
  return database.prepare(sql).all(...values) as Readonly<Record<string, Value>>[];
}

/** All or nothing. */
export function inTransaction(database: Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
