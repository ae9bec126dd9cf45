/** A client with unsent answers. */
export interface SlowReader {
  /** Its unsent bytes. */
  readonly unsentBytes: number;
  /** When it last read some of them, in milliseconds of the clock. */
  readonly tookAt: number;
  /** Close its connection. */
  cut(): void;
}

export interface AnswerMemoryOptions {
  /** Maximum unsent bytes of all clients together. */
  readonly maxBytes: number;
  /** Maximum unsent bytes of one client, however much is free. Above it, the client is clogged. */
  readonly maxClientBytes: number;
  /** A monotonic clock, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

/** Share of the free memory that one client may take. As it is a share, some memory always stays free. */
const SHARE = 1 / 16;
/** Unread bytes that every client may always have. */
const LEAST_SHARE = 65_536;
/** Time without reading after which a client may be disconnected to free memory, in milliseconds. */
const STUCK_MS = 1_000;
/** Interval of the search for such clients, in milliseconds. */
const SEARCH_MS = 100;

/**
 * The unsent answers of all clients. The more there are, the fewer unread bytes make a client clogged. Above the maximum,
 * clients that do not read are disconnected, the one with the most bytes first.
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

  /** Free bytes; negative above the maximum. */
  get freeBytes(): number {
    return this.#options.maxBytes - this.#unsent;
  }

  /** Unsent bytes that make a client clogged at this moment. */
  get share(): number {
    return Math.min(this.#options.maxClientBytes, Math.max(LEAST_SHARE, this.freeBytes * SHARE));
  }

  get now(): number {
    return this.#now();
  }

  /** Count unsent bytes; negative for bytes that were sent. */
  change(bytes: number): void {
    this.#unsent += bytes;
    if (this.#full) this.#relieve();
    else if (this.#waiting.size > 0) this.#admit();
  }

  /** A client is clogged. It may be disconnected when memory is needed. */
  clogged(reader: SlowReader): void {
    this.#clogged.add(reader);
  }

  /** A client reads again, or has disconnected. */
  flowing(reader: SlowReader): void {
    this.#clogged.delete(reader);
  }

  /** Settles when there is room for another large answer. Callers are served in order. */
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

  /** Disconnect clients that do not read until there is room. Repeated later while a caller waits. */
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
