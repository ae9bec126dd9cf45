import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';

export interface GoldCacheOptions {
  /** Outcomes kept. @default 4096 */
  readonly size?: number;
  /** Age at which the gold runs again, in milliseconds. @default one hour */
  readonly maxAgeMs?: number;
  /** Age at which a second run confirms a first outcome, in milliseconds. @default 1000 */
  readonly confirmAfterMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

interface Entry {
  readonly value: unknown;
  readonly at: number;
  /**
   * `once`: seen once. `stable`: a later run gave the same outcome. `volatile`: a later run gave another outcome (the time,
   * process ids), so an outcome is valid only at its time.
   */
  readonly state: 'once' | 'stable' | 'volatile';
}

const DAY_MS = 86_400_000;

/**
 * Outcomes of gold commands, in memory only: the output of a gold command is a grading secret. Requests for the same
 * outcome share one run. An outcome is trusted after a second, later run gave the same. It expires at the end of the day,
 * because tasks refer to days (`find -mtime`). Time-independent outcomes never expire.
 */
export class GoldCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #running = new Map<string, Promise<Entry>>();
  readonly #maxAgeMs: number;
  readonly #confirmAfterMs: number;
  readonly #now: () => number;

  constructor(options: GoldCacheOptions = {}) {
    this.#entries = new LRUCache({ max: options.size ?? 4096 });
    this.#maxAgeMs = options.maxAgeMs ?? 3_600_000;
    this.#confirmAfterMs = options.confirmAfterMs ?? 1000;
    this.#now = options.now ?? Date.now;
  }

  /**
   * The outcome of `key`; `run` makes it if it is missing. All outcomes of a key have one type. An error of `run` rejects
   * all waiting calls and is not cached.
   * @param isTimeless if no run depends on the time: which outcomes never expire @default none
   */
  async get<V>(key: string, run: () => Promise<V>, isTimeless?: (value: V) => boolean): Promise<V> {
    const now = this.#now();
    const full = isTimeless === undefined ? `${Math.floor(now / DAY_MS)} ${key}` : key;
    const known = this.#entries.get(full);
    const holds = known !== undefined && (isTimeless?.(known.value as V) || this.#holds(known, now));
    const entry = holds ? known : await this.#run(full, known, run);
    return entry.value as V;
  }

  #holds({ at, state }: Entry, now: number): boolean {
    if (state === 'volatile') return false;
    return now - at < (state === 'stable' ? this.#maxAgeMs : this.#confirmAfterMs);
  }

  #run(key: string, known: Entry | undefined, run: () => Promise<unknown>): Promise<Entry> {
    const shared = this.#running.get(key);
    // A volatile outcome must be from now, not from the start of another call's run.
    if (shared !== undefined && known?.state !== 'volatile') return shared;
    const running = this.#outcome(key, known, run).finally(() => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }

  async #outcome(key: string, known: Entry | undefined, run: () => Promise<unknown>): Promise<Entry> {
    const value = await run();
    let state: Entry['state'] = 'once';
    if (known !== undefined) {
      state = known.state !== 'volatile' && isDeepStrictEqual(known.value, value) ? 'stable' : 'volatile';
    }
    const entry = { value, at: this.#now(), state };
    this.#entries.set(key, entry);
    return entry;
  }
}
