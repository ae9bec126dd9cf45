import { join } from 'node:path';
import { ProtocolError } from '../../protocol/errors.ts';
import type {
  TrajectoriesListParams,
  TrajectoriesListResult,
  TrajectoriesReadParams,
  TrajectoriesReadResult,
  TrajectoriesStatsParams,
  TrajectoriesStatsResult,
  TrajectoryFilter,
  TrajectorySummary,
} from '../../protocol/operator.ts';
import { type Database, openDatabase, rows } from './database.ts';
import { eventPage } from './events.ts';
import { conditionOf } from './filter.ts';
import { Indexing } from './indexing.ts';
import { type Counted, GroupSums } from './stats.ts';

/** File of the index, in the folder of trajectories. */
export const INDEX_FILE = 'index.sqlite';
const DEFAULT_LIST = 50;
const DEFAULT_EVENTS = 50;
const MOST_GROUPS = 1_000;
/** Minimum time between two looks at the files, in milliseconds. */
const UPDATE_EVERY_MS = 500;

const ORDERS = {
  newest: { by: 'begun', direction: 'DESC', after: '<' },
  oldest: { by: 'begun', direction: 'ASC', after: '>' },
  reward: { by: 'coalesce(reward, -1e9)', direction: 'ASC', after: '>' },
} as const;

const KEYS = {
  tag: "coalesce(tag.tag, '')",
  task: 'task',
  environment: 'environment',
  dataset: 'dataset',
  none: "''",
} as const;

/**
 * The trajectories of a folder. The files are the truth; an index beside them, built from them, answers which ones have
 * a property. It is brought up to date before each answer, at most twice a second.
 */
export class TrajectoryStore {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #database: Database;
  readonly #indexing: Indexing;
  #updating: Promise<unknown> = Promise.resolve();
  #updatedAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds since 1970 @throws {Error} if there is no SQLite for this machine */
  constructor(folder: string, now: () => number = Date.now) {
    this.#folder = folder;
    this.#now = now;
    this.#database = openDatabase(join(folder, INDEX_FILE));
    this.#indexing = new Indexing(folder, this.#database);
  }

  close(): void {
    this.#database.close();
  }

  /** Look at the files. @param everyMs not if that was done so shortly before @throws {Error} if the folder cannot be read */
  async update(everyMs = 0): Promise<void> {
    const update = this.#updating.then(async () => {
      if (performance.now() - this.#updatedAt < everyMs) return;
      await this.#indexing.update();
      this.#updatedAt = performance.now();
    });
    this.#updating = update.catch(() => {});
    await update;
  }

  /** @throws {ProtocolError} `invalid_params` for a wrong cursor */
  async list(params: TrajectoriesListParams): Promise<TrajectoriesListResult> {
    await this.update(UPDATE_EVERY_MS);
    const { order = 'newest', limit = DEFAULT_LIST, cursor, ...filter } = params;
    const { by, direction, after } = ORDERS[order];
    const { sql, values } = conditionOf(filter, this.#now());
    const total = Number(this.#rows(`SELECT count(*) AS n FROM trajectory WHERE ${sql}`, values)[0]?.n);
    const from = cursor === undefined ? null : cursorOf(cursor);
    const page = this.#rows(
      `SELECT summary, path, ${by} AS key FROM trajectory WHERE ${sql} ${from === null ? '' : `AND (${by}, path) ${after} (?, ?)`}
       ORDER BY ${by} ${direction}, path ${direction} LIMIT ?`,
      [...values, ...(from ?? []), limit + 1],
    );
    const shown = page.slice(0, limit);
    const last = shown.at(-1);
    const isMore = page.length > limit && last !== undefined;
    return {
      trajectories: shown.map(({ summary }) => JSON.parse(String(summary)) as TrajectorySummary),
      total,
      next_cursor: isMore ? Buffer.from(JSON.stringify([last.key, last.path])).toString('base64url') : null,
    };
  }

  /** Every trajectory of a filter, the oldest first. */
  async *each(filter: TrajectoryFilter): AsyncGenerator<TrajectorySummary> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.list({ ...filter, order: 'oldest', limit: 500, cursor });
      yield* page.trajectories;
      if (page.next_cursor === null) return;
      cursor = page.next_cursor;
    }
  }

  /** Where a trajectory's file is. */
  pathOf({ path }: Pick<TrajectorySummary, 'path'>): string {
    return join(this.#folder, path);
  }

  /** @throws {ProtocolError} `invalid_params`, `trajectory_not_found` */
  async find({
    path,
    episode_id,
  }: Pick<TrajectoriesReadParams, 'path' | 'episode_id'>): Promise<TrajectorySummary> {
    if ((path === undefined) === (episode_id === undefined)) {
      throw new ProtocolError('invalid_params', 'path: give either path or episode_id');
    }
    const column = path === undefined ? 'episode_id' : 'path';
    const wanted = path ?? episode_id ?? '';
    // One that is not there may have begun since the last look.
    for (const everyMs of [UPDATE_EVERY_MS, 0]) {
      await this.update(everyMs);
      const [found] = this.#rows(
        `SELECT summary FROM trajectory WHERE ${column} = ? ORDER BY begun DESC, path DESC LIMIT 1`,
        [wanted],
      );
      if (found !== undefined) return JSON.parse(String(found.summary)) as TrajectorySummary;
    }
    throw new ProtocolError('trajectory_not_found', `There is no trajectory ${wanted}.`);
  }

  /** @throws {ProtocolError} as `find`; `trajectory_not_found` if its file cannot be read */
  async read(params: TrajectoriesReadParams): Promise<TrajectoriesReadResult> {
    const { from = 0, limit = DEFAULT_EVENTS } = params;
    const trajectory = await this.find(params);
    try {
      const { reset, ...page } = await eventPage(this.pathOf(trajectory), from, limit);
      const { resume_token_sha256: _, server: __, sandbox: ___, ...shown } = reset;
      return { trajectory, reset: shown, ...page, events: [...page.events] };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ProtocolError(
        'trajectory_not_found',
        `The trajectory ${trajectory.path} cannot be read: ${reason}`,
      );
    }
  }

  async stats({ by = 'none', ...filter }: TrajectoriesStatsParams): Promise<TrajectoriesStatsResult> {
    await this.update(UPDATE_EVERY_MS);
    const { sql, values } = conditionOf(filter, this.#now());
    const groups = new Map<string, GroupSums>();
    const from = by === 'tag' ? 'trajectory LEFT JOIN tag USING (path)' : 'trajectory';
    const found = this.#rows(
      `SELECT ${KEYS[by]} AS key, steps, reward, success, failure, turns FROM ${from} WHERE ${sql}`,
      values,
    );
    for (const { key, steps, reward, success, failure, turns } of found) {
      const group = groups.get(String(key)) ?? new GroupSums();
      groups.set(String(key), group);
      group.take({
        steps: Number(steps),
        reward: reward === null ? null : Number(reward),
        success: success === 1,
        failure: failure === null ? null : String(failure),
        turns: JSON.parse(String(turns)) as Counted['turns'],
      });
    }
    const largest = [...groups].sort(([, a], [, b]) => b.count - a.count).slice(0, MOST_GROUPS);
    return { groups: largest.map(([key, group]) => group.stats(key)) };
  }

  /** Files that are no trajectories that this program reads, with the reason. */
  async unreadable(): Promise<readonly { readonly path: string; readonly reason: string }[]> {
    await this.update(UPDATE_EVERY_MS);
    return this.#rows('SELECT path, reason FROM unreadable ORDER BY path').map(({ path, reason }) => ({
      path: String(path),
      reason: String(reason),
    }));
  }

  #rows(sql: string, values: readonly (string | number)[] = []) {
    return rows(this.#database, sql, values);
  }
}

/** @throws {ProtocolError} `invalid_params` */
function cursorOf(text: string): [key: number, path: string] {
  try {
    const [key, path]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof key === 'number' && typeof path === 'string') return [key, path];
  } catch {
    // It is none of ours.
  }
  throw new ProtocolError('invalid_params', 'cursor: take the next_cursor of the page before');
}
