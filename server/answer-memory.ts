/** A client whose answers wait to be sent. */
export interface SlowReader {
  /** Bytes that wait. */
  readonly unsentBytes: number;
  /** When it last took some, in milliseconds of the clock. */
  readonly tookAt: number;
  /** End its connection. */
  cut(): void;
}

export interface AnswerMemoryOptions {
  /** Most unsent bytes of all clients together. */
  readonly maxBytes: number;
  /** Most unsent bytes of one client above which it counts as clogged, however much is free. */
  readonly maxClientBytes: number;
  /** A monotonic clock, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

/** Part of what is free that one client may take: the free part never runs out, however many are slow. */
const SHARE = 1 / 16;
/** What every client may leave unread, in bytes. */
const LEAST_SHARE = 65_536;
/** A client that took nothing for so long may be cut to make room, in milliseconds. */
const STUCK_MS = 1_000;
/** Time between two searches for such clients, in milliseconds. */
const SEARCH_MS = 100;

/**
 * Unsent answers of all clients together. The more there are, the less each client may leave unread before it counts as
 * clogged; beyond the maximum those that take nothing are cut, the one with most bytes first.
 */
export class AnswerMemory {
  readonly #options: AnswerMemoryOptions;
  readonly #now: () => number;
  readonly #clogged = new Set<SlowReader>();
  readonly #waiting = new Set<() => void>();
  #unsent = 0;
  #searchedAt = Number.NEGATIVE_INFINITY;
  #relief: NodeJS.Timeout | undefined;

  constructor(options: AnswerMemoryOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Unsent bytes of all clients. */
  get unsentBytes(): number {
    return this.#unsent;
  }

  /** Bytes that may still come; below 0 where the maximum is passed. */
  get freeBytes(): number {
    return this.#options.maxBytes - this.#unsent;
  }

  /** Unsent bytes above which a client counts as clogged, at this moment. */
  get share(): number {
    return Math.min(this.#options.maxClientBytes, Math.max(LEAST_SHARE, this.freeBytes * SHARE));
  }

  get now(): number {
    return this.#now();
  }

  /** Unsent bytes have become more, or fewer where `bytes` is negative. */
  change(bytes: number): void {
    this.#unsent += bytes;
    if (this.#full) this.#relieve();
    else if (this.#waiting.size > 0) this.#admit();
  }

  /** A client does not keep up; it may be cut where room is needed. */
  clogged(reader: SlowReader): void {
    this.#clogged.add(reader);
  }

  /** It keeps up again, or is gone. */
  flowing(reader: SlowReader): void {
    this.#clogged.delete(reader);
  }

  /** Settles when there is room for another large answer; those who wait are served in turn. */
  async room(): Promise<void> {
    while (this.#full) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        this.#relieve();
      });
    }
  }

  get #full(): boolean {
    return this.#unsent >= this.#options.maxBytes;
  }

  #admit(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first);
    first();
  }

  /** Cut those that take nothing until there is room, and look again later where somebody waits for it. */
  #relieve(): void {
    const now = this.#now();
    if (now - this.#searchedAt >= SEARCH_MS) {
      this.#searchedAt = now;
      this.#cutStuck(now);
    }
    if (this.#waiting.size === 0 || this.#relief !== undefined) return;
    this.#relief = setTimeout(() => {
      this.#relief = undefined;
      if (this.#full) this.#relieve();
    }, STUCK_MS);
    this.#relief.unref();
  }

  #cutStuck(now: number): void {
    const stuck = [...this.#clogged].filter(({ tookAt }) => now - tookAt >= STUCK_MS);
    stuck.sort((a, b) => b.unsentBytes - a.unsentBytes);
    let excess = this.#unsent - this.#options.maxBytes;
    for (const reader of stuck) {
      if (excess < 0) break;
      excess -= reader.unsentBytes;
      this.#clogged.delete(reader);
      reader.cut();
    }
  }
}
