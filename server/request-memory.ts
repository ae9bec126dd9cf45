/** A socket from which a large message is being received. */
export interface Sender {
  /** Read no more from it for now, or go on. */
  hold(held: boolean): void;
  /** End its connection. */
  cut(): void;
}

export interface RequestMemoryOptions {
  /** Most bytes of requests of all clients together. */
  readonly maxBytes: number;
  /** A monotonic clock, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

/** What a request takes beside its text while it waits or runs, in bytes. */
export const REQUEST_BYTES = 1_024;

/** Where memory is short, a message must be complete within this time, in milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 1_000;

/**
 * Requests of all clients that are being received, wait or run. Beyond the maximum each client begins one request at a time,
 * and nothing more is read of large messages but of the one that began first.
 */
export class RequestMemory {
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** Those in the middle of a large message and since when, the first to begin in front. */
  readonly #receiving = new Map<Sender, number>();
  readonly #held = new Set<Sender>();
  readonly #blocked = new Set<() => void>();
  #bytes = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(options: RequestMemoryOptions) {
    this.#maxBytes = options.maxBytes;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests have come, or are done where `bytes` is negative. */
  change(bytes: number): void {
    this.#bytes += bytes;
    if (bytes >= 0) return;
    if (this.#held.size > 0) this.#letGo();
    if (this.#blocked.size > 0 && !this.full) this.#wake();
  }

  /** Whether who has a request under way should begin no other one. */
  get full(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** Call back, once, when there is room again. */
  whenRoom(wake: () => void): void {
    this.#blocked.add(wake);
  }

  /** Take room for a whole request whose length is known; `change` gives it back. @returns whether there was room */
  reserve(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** More of a large message has come, which is not complete yet. */
  receiving(sender: Sender): void {
    if (!this.#receiving.has(sender)) this.#receiving.set(sender, this.#now());
    if (!this.full || this.#held.has(sender) || this.#first === sender) return;
    this.#held.add(sender);
    sender.hold(true);
    this.#look ??= setInterval(() => this.#cutLate(), LOOK_MS).unref();
  }

  /** The message is complete, or its sender gone. */
  received(sender: Sender): void {
    this.#receiving.delete(sender);
    this.#held.delete(sender);
    if (this.#held.size > 0) this.#letGo();
    else this.#rest();
  }

  #wake(): void {
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const wake of blocked) wake();
  }

  get #first(): Sender | undefined {
    const [first] = this.#receiving.keys();
    return first;
  }

  #letGo(): void {
    const room = !this.full;
    for (const sender of [...this.#held]) {
      if (!room && sender !== this.#first) continue;
      this.#held.delete(sender);
      sender.hold(false);
    }
    if (this.#held.size === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#look);
    this.#look = undefined;
  }

  /** Somebody waits for the first one: it may not dawdle. */
  #cutLate(): void {
    const first = this.#first;
    const since = first === undefined ? undefined : this.#receiving.get(first);
    if (first !== undefined && since !== undefined && this.#now() - since > PATIENCE_MS) first.cut();
  }
}
