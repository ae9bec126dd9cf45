import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';

export interface GoldCacheOptions {
  /** Outcomes kept. @default 4096 */
  readonly size?: number;
  /** Age from which an outcome is made again, in milliseconds. @default one hour */
  readonly maxAgeMs?: number;
  /** Age from which a first outcome is checked by a second one, in milliseconds. @default 1000 */
  readonly confirmAfterMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

interface Entry {
  readonly value: unknown;
  readonly at: number;
  /**
   * `once`: seen a single time. `stable`: a later run gave the same. `volatile`: a later run gave something else (the
   * time, process ids), so that only an outcome of the moment is worth anything.
   */
  readonly state: 'once' | 'stable' | 'volatile';
}

const DAY_MS = 86_400_000;

/**
 * Outcomes of gold commands, in memory only: what a gold command prints is a grading secret. Requests for the same
 * outcome share one run. An outcome is trusted once a second run, some time later, gave the same. It expires at the end of
 * the day, because tasks speak of days (`find -mtime`). Time-independent results never expire.
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
   * The outcome that `key` names, made by `run` where none is there. A key belongs to one type of outcome. A fault of
   * `run` reaches everyone who waits for it and is not kept.
   * @param isTimeless where no run depends on the time: which outcomes hold for good @default none
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
    // What is volatile is wanted as of now, not as of when somebody else began.
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
