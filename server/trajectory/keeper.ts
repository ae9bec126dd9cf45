import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeepRule } from '../config/keep-rule.ts';

const HOUR_MS = 3_600_000;

export interface KeeperOptions {
  /** The folder of trajectories. */
  readonly folder: string;
  readonly rule: KeepRule;
  /** Whether an episode still writes to a file; such a file is kept. */
  readonly isOpen: (path: string) => boolean;
  /** Called after a sweep that removed files. */
  readonly onRemoved: (files: number) => void;
  readonly onError: (error: unknown) => void;
  /** @default one hour */
  readonly everyMs?: number;
}

/** Removes old trajectories at the start and every hour. */
export class TrajectoryKeeper {
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #sweep: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    const { maxAgeMs, maxBytes } = this.#options.rule;
    if (maxAgeMs === undefined && maxBytes === undefined) return;
    this.#timer = setInterval(() => void this.sweep(), this.#options.everyMs ?? HOUR_MS);
    this.#timer.unref();
    void this.sweep();
  }

  /** Apply the rule once; sweeps run one after the other. Never throws. */
  sweep(now = Date.now()): Promise<void> {
    this.#sweep = this.#sweep.then(() => this.#remove(now)).catch(this.#options.onError);
    return this.#sweep;
  }

  /** Stop, and wait for a sweep that is running. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweep;
  }

  async #remove(now: number): Promise<void> {
    const { folder, rule, isOpen, onRemoved } = this.#options;
    const { maxAgeMs = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = rule;
    const files = await filesBelow(folder);
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    let removed = 0;
    for (const { path, size, changedAt } of files) {
      if (now - changedAt <= maxAgeMs && bytes <= maxBytes) break;
      if (isOpen(path)) continue;
      await rm(path, { force: true });
      bytes -= size;
      removed += 1;
    }
    if (removed === 0) return;
    const today = new Date(now).toISOString().slice(0, 10);
    for (const day of await daysIn(folder)) {
      // Today's folder may be needed at any moment. A folder with other files is not removed.
      if (day < today) await rmdir(join(folder, day)).catch(() => {});
    }
    onRemoved(removed);
  }
}

interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly changedAt: number;
}

/** Names of the day folders. Other folders are left alone. */
async function daysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^\d{4}-\d\d-\d\d$/.test(entry.name))
    .map(({ name }) => name);
}

/** Trajectories in the day folders, and those of servers that had none in the folder itself; the oldest first. */
async function filesBelow(folder: string): Promise<FoundFile[]> {
  const days = (await daysIn(folder)).map((name) => join(folder, name));
  const found: FoundFile[] = [];
  for (const day of [folder, ...days]) {
    for (const name of await readdir(day).catch(() => [])) {
      if (!name.endsWith('.jsonl')) continue;
      const path = join(day, name);
      const about = await stat(path).catch(() => null);
      if (about?.isFile()) found.push({ path, size: about.size, changedAt: about.mtimeMs });
    }
  }
  return found.sort((a, b) => a.changedAt - b.changedAt);
}
