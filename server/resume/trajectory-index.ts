import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestQueue } from '../memory/request-queue.ts';

export interface TrajectoryIndexOptions {
  /** The folder of trajectories. */
  readonly folder: string;
  /** When this server started, in milliseconds since 1970. */
  readonly since: number;
  /** Files that were last touched so long before `since` are not looked at, in milliseconds. */
  readonly maxAgeMs: number;
  /** Mark of this server, whose files need not be found. */
  readonly own: string;
  /** Whether an episode of this server writes to a file. */
  readonly isOpen: (path: string) => boolean;
}

const DAY_MS = 86_400_000;
/** Minimum time between two searches, in milliseconds. */
const SEARCH_EVERY_MS = 1_000;
/** Files that are read at the same time. */
const AT_ONCE = 32;
/** Maximum first line, in bytes. */
const MAX_LINE = 16_777_216;
const CHUNK = 65_536;

/** What is known of the files of one day. */
interface Day {
  /** Names of files that need not be looked at again. */
  readonly seen: Set<string>;
  /** Files of other servers, by the hash of their resume tokens. */
  readonly paths: Map<string, string>;
}

/**
 * Trajectories that servers of before have left, by the hash of their resume tokens. Searched when a token is unknown. Only
 * the days of UTC are read that lie within `maxAgeMs` and 24 hours: an episode that began before is not found.
 */
export class TrajectoryIndex {
  readonly #options: TrajectoryIndexOptions;
  readonly #searches = new RequestQueue();
  readonly #days = new Map<string, Day>();
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TrajectoryIndexOptions) {
    this.#options = options;
  }

  /** The file of an episode. Never throws. */
  async find(tokenSha256: string): Promise<string | undefined> {
    const known = this.#known(tokenSha256);
    if (known !== undefined) return known;
    await this.#searches.run(async () => {
      if (performance.now() - this.#searchedAt < SEARCH_EVERY_MS) return;
      await this.#search().catch(() => {});
      this.#searchedAt = performance.now();
    });
    return this.#known(tokenSha256);
  }

  #known(tokenSha256: string): string | undefined {
    for (const { paths } of this.#days.values()) {
      const path = paths.get(tokenSha256);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  async #search(): Promise<void> {
    const { folder, maxAgeMs } = this.#options;
    const from = new Date(Date.now() - maxAgeMs - DAY_MS).toISOString().slice(0, 10);
    for (const name of this.#days.keys()) if (name < from) this.#days.delete(name);
    for (const name of await readdir(folder)) {
      if (/^\d{4}-\d\d-\d\d$/.test(name) && name >= from) await this.#searchDay(name);
    }
  }

  async #searchDay(name: string): Promise<void> {
    const day = this.#days.get(name) ?? { seen: new Set(), paths: new Map() };
    this.#days.set(name, day);
    const folder = join(this.#options.folder, name);
    const files = await readdir(folder).catch((): string[] => []);
    const unseen = files.filter((file) => file.endsWith('.jsonl') && !day.seen.has(file));
    for (let at = 0; at < unseen.length; at += AT_ONCE) {
      await Promise.all(unseen.slice(at, at + AT_ONCE).map((file) => this.#look(day, folder, file)));
    }
  }

  /** Files that are old are never touched again, as their servers have gone. */
  async #look(day: Day, folder: string, file: string): Promise<void> {
    const path = join(folder, file);
    const { isOpen, maxAgeMs, own, since } = this.#options;
    if (!isOpen(path)) {
      const about = await stat(path).catch(() => null);
      if (about === null) return;
      if (since - about.mtimeMs <= maxAgeMs) {
        const begin = await beginOf(path).catch(() => undefined);
        if (begin === undefined) return;
        if (begin.sha256 !== undefined && begin.server !== own) day.paths.set(begin.sha256, path);
      }
    }
    day.seen.add(file);
  }
}

interface Begin {
  readonly sha256: string | undefined;
  /** Mark of the server that began it. */
  readonly server: string | undefined;
}

/** What a trajectory's first line says; `undefined` while it is not complete. */
async function beginOf(path: string): Promise<Begin | undefined> {
  const file = await open(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let at = 0; at < MAX_LINE; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
      const end = buffer.subarray(0, bytesRead).indexOf(10);
      parts.push(buffer.subarray(0, end < 0 ? bytesRead : end));
      if (end >= 0) return beginIn(Buffer.concat(parts).toString());
      if (bytesRead === 0) return undefined;
      at += bytesRead;
    }
    return { sha256: undefined, server: undefined };
  } finally {
    await file.close();
  }
}

function beginIn(line: string): Begin {
  let reset: unknown;
  try {
    reset = JSON.parse(line);
  } catch {
    // It is no trajectory.
  }
  const textOf = (key: string): string | undefined => {
    const value: unknown = Reflect.get(Object(reset), key);
    return typeof value === 'string' ? value : undefined;
  };
  return { sha256: textOf('resume_token_sha256'), server: textOf('server') };
}
