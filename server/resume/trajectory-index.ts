import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestQueue } from '../request-queue.ts';

export interface TrajectoryIndexOptions {
  /** The folder of trajectories. */
  readonly folder: string;
  /** Files that were last touched before are not looked at, in milliseconds since 1970. */
  readonly notBefore: number;
  /** Whether an episode of this server writes to a file. */
  readonly isOpen: (path: string) => boolean;
}

/** Days, counted back from today, on which an episode may have begun that is still found. */
const DAYS = 8;
const DAY_MS = 86_400_000;
/** Minimum time between two searches, in milliseconds. */
const SEARCH_EVERY_MS = 1_000;
/** Maximum first line, in bytes. */
const MAX_LINE = 16_777_216;
const CHUNK = 65_536;

/** Trajectories that servers of before have left, by the hash of their resume tokens. Searched when a token is unknown. */
export class TrajectoryIndex {
  readonly #options: TrajectoryIndexOptions;
  readonly #searches = new RequestQueue();
  readonly #paths = new Map<string, string>();
  /** Files whose first line was read. */
  readonly #read = new Set<string>();
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TrajectoryIndexOptions) {
    this.#options = options;
  }

  /** The file of an episode. Never throws. */
  async find(tokenSha256: string): Promise<string | undefined> {
    const known = this.#paths.get(tokenSha256);
    if (known !== undefined) return known;
    await this.#searches.run(async () => {
      if (performance.now() - this.#searchedAt < SEARCH_EVERY_MS) return;
      await this.#search().catch(() => {});
      this.#searchedAt = performance.now();
    });
    return this.#paths.get(tokenSha256);
  }

  async #search(): Promise<void> {
    const { folder, isOpen, notBefore } = this.#options;
    const oldest = new Date(Date.now() - DAYS * DAY_MS).toISOString().slice(0, 10);
    for (const day of await readdir(folder)) {
      if (!/^\d{4}-\d\d-\d\d$/.test(day) || day < oldest) continue;
      for (const name of await readdir(join(folder, day)).catch(() => [])) {
        const path = join(folder, day, name);
        if (!name.endsWith('.jsonl') || this.#read.has(path) || isOpen(path)) continue;
        const about = await stat(path).catch(() => null);
        if (about === null || about.mtimeMs < notBefore) continue;
        const sha256 = await tokenIn(path).catch(() => undefined);
        this.#read.add(path);
        if (sha256 !== undefined) this.#paths.set(sha256, path);
      }
    }
  }
}

/** The hash of the resume token in a trajectory's first line. */
async function tokenIn(path: string): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let at = 0; at < MAX_LINE; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
      const end = buffer.subarray(0, bytesRead).indexOf(10);
      parts.push(buffer.subarray(0, end < 0 ? bytesRead : end));
      if (end >= 0) {
        const reset: unknown = JSON.parse(Buffer.concat(parts).toString());
        const sha256: unknown = Reflect.get(Object(reset), 'resume_token_sha256');
        return typeof sha256 === 'string' ? sha256 : undefined;
      }
      if (bytesRead === 0) return undefined;
      at += bytesRead;
    }
    return undefined;
  } finally {
    await file.close();
  }
}
