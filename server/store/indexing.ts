import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, inTransaction, rows } from './database.ts';
import { FileSummary } from './file-summary.ts';
import type { Summary } from './summary.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;
/** Names of files that can be trajectories, as `TrajectoryPath` has them. */
const FILE = /^\w[\w.-]*\.jsonl$/;
/** Summaries that are written to the index at a time. */
const BATCH = 200;
/** Files that are read at the same time. */
const AT_ONCE = 8;
/** Open trajectories of which the reading goes on where it ended. Others are read from their beginning. */
const MOST_GROWING = 2_048;
/** A folder that was changed so shortly before it was listed may have changed again, in milliseconds. */
const FRESH_MS = 2_000;

/** What is known of a file. */
interface Known {
  readonly bytes: number;
  /** Whether nothing more is written to it. */
  readonly closed: boolean;
}

interface Read {
  readonly path: string;
  readonly bytes: number;
  readonly summary?: Summary | undefined;
  /** Why it cannot be read. */
  readonly reason?: string;
}

/**
 * Keeps the index up to date with the files. Files that are new or have grown are read; those that have been closed are not
 * looked at again, and a folder that has not changed is not listed again.
 */
export class Indexing {
  readonly #folder: string;
  readonly #database: Database;
  readonly #known = new Map<string, Known>();
  /** Paths in each listed folder, and when it was changed. */
  readonly #listed = new Map<string, { readonly changedAt: number; readonly paths: ReadonlySet<string> }>();
  readonly #growing = new Map<string, FileSummary>();

  constructor(folder: string, database: Database) {
    this.#folder = folder;
    this.#database = database;
    for (const { path, bytes, end } of rows(database, 'SELECT path, bytes, "end" FROM trajectory')) {
      this.#known.set(String(path), { bytes: Number(bytes), closed: end !== null });
    }
    for (const { path, bytes } of rows(database, 'SELECT path, bytes FROM unreadable')) {
      this.#known.set(String(path), { bytes: Number(bytes), closed: false });
    }
  }

  /** @returns the number of files that were read @throws {Error} if the folder or the index cannot be read */
  async update(): Promise<number> {
    const there = await this.#list();
    this.#forget([...this.#known.keys()].filter((path) => !there.has(path)));
    const changed: string[] = [];
    for (const path of there) {
      const known = this.#known.get(path);
      if (known === undefined) changed.push(path);
      else if (!known.closed && (await this.#size(path)) !== known.bytes) changed.push(path);
    }
    for (let at = 0; at < changed.length; at += BATCH) {
      const batch = changed.slice(at, at + BATCH);
      const read: Read[] = [];
      for (let from = 0; from < batch.length; from += AT_ONCE) {
        read.push(...(await Promise.all(batch.slice(from, from + AT_ONCE).map((path) => this.#read(path)))));
      }
      this.#write(read);
    }
    return changed.length;
  }

  async #list(): Promise<Set<string>> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    const days = entries.filter((entry) => entry.isDirectory() && DAY.test(entry.name));
    const all = new Set(
      entries.filter((entry) => entry.isFile() && FILE.test(entry.name)).map(({ name }) => name),
    );
    for (const day of this.#listed.keys())
      if (!days.some(({ name }) => name === day)) this.#listed.delete(day);
    for (const { name } of days) for (const path of await this.#listDay(name)) all.add(path);
    return all;
  }

  async #listDay(day: string): Promise<Iterable<string>> {
    const folder = join(this.#folder, day);
    const about = await stat(folder).catch(() => null);
    if (about === null) return [];
    const before = this.#listed.get(day);
    if (before?.changedAt === about.mtimeMs) return before.paths;
    const names = await readdir(folder).catch((): string[] => []);
    const paths = new Set(names.filter((name) => FILE.test(name)).map((name) => `${day}/${name}`));
    const isSettled = Date.now() - about.mtimeMs > FRESH_MS;
    this.#listed.set(day, { changedAt: isSettled ? about.mtimeMs : Number.NaN, paths });
    return paths;
  }

  async #size(path: string): Promise<number | undefined> {
    return (await stat(join(this.#folder, path)).catch(() => null))?.size;
  }

  async #read(path: string): Promise<Read> {
    const bytes = (await this.#size(path)) ?? 0;
    const file = this.#growing.get(path) ?? new FileSummary(join(this.#folder, path));
    this.#growing.delete(path);
    try {
      const summary = await file.read();
      if (summary?.end === null && this.#growing.size < MOST_GROWING) this.#growing.set(path, file);
      return { path, bytes: Math.max(bytes, file.bytes), summary };
    } catch (error) {
      return { path, bytes, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #write(read: readonly Read[]): void {
    const database = this.#database;
    const insert = database.prepare(
      `INSERT OR REPLACE INTO trajectory VALUES (${Array.from({ length: 17 }, () => '?').join()})`,
    );
    const untag = database.prepare('DELETE FROM tag WHERE path = ?');
    const tag = database.prepare('INSERT OR IGNORE INTO tag VALUES (?, ?)');
    const readable = database.prepare('DELETE FROM unreadable WHERE path = ?');
    const unreadable = database.prepare('INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)');
    inTransaction(database, () => {
      for (const { path, bytes, summary, reason } of read) {
        if (reason !== undefined) unreadable.run(path, bytes, reason);
        if (summary === undefined) continue;
        readable.run(path);
        insert.run(...valuesOf(path, bytes, summary));
        untag.run(path);
        for (const name of summary.tags) tag.run(name, path);
      }
    });
    for (const { path, bytes, summary } of read) {
      this.#known.set(path, { bytes, closed: summary !== undefined && summary.end !== null });
    }
  }

  #forget(paths: readonly string[]): void {
    if (paths.length === 0) return;
    const tables = ['trajectory', 'tag', 'unreadable'];
    const remove = tables.map((table) => this.#database.prepare(`DELETE FROM ${table} WHERE path = ?`));
    inTransaction(this.#database, () => {
      for (const path of paths) for (const statement of remove) statement.run(path);
    });
    for (const path of paths) {
      this.#known.delete(path);
      this.#growing.delete(path);
    }
  }
}

function valuesOf(path: string, bytes: number, summary: Summary): (string | number | null)[] {
  const { turns, instruction, ...shown } = summary;
  const { begun, dataset, end, environment, episode_id, failure, reward, seed, steps, success, task } = shown;
  return [
    ...[path, bytes, episode_id, environment, dataset, task, shown.task_index, seed, Date.parse(begun), end],
    ...[steps, reward, success === null ? null : Number(success), failure],
    JSON.stringify(turns.map(({ error, reward, success }) => [Number(error), reward, Number(success)])),
    instruction,
    JSON.stringify({ path, ...shown, bytes }),
  ];
}
