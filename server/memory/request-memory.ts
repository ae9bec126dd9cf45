/** A socket with an incomplete large message. */
export interface Sender {
  /** Pause or resume reading. */
  hold(held: boolean): void;
  /** Close its connection. */
  cut(): void;
}

export interface RequestMemoryOptions {
  /** Maximum bytes of requests of all clients together. */
  readonly maxBytes: number;
  /** A monotonic clock, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

/** Memory of a waiting or running request besides its text, in bytes. */
export const REQUEST_BYTES = 1_024;

/** Maximum time for a message to be complete when memory is short, in milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 1_000;

/**
 * Requests of all clients that are being received, waiting or running. Above the maximum, each client starts one request at
 * a time, and only the first of the incomplete large messages is read.
 */
export class RequestMemory {
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** Sockets with an incomplete large message and its start, the oldest first. */
  readonly #receiving = new Map<Sender, number>();
  readonly #held = new Set<Sender>();
  readonly #blocked = new Set<() => void>();
  #bytes = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(options: RequestMemoryOptions) {
    this.#maxBytes = options.maxBytes;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Count bytes of requests; negative for those that are done. */
  change(bytes: number): void {
    this.#bytes += bytes;
    if (bytes >= 0) return;
    if (this.#held.size > 0) this.#letGo();
    if (this.#blocked.size > 0 && !this.full) this.#wake();
  }

  /** Whether a client with a request in progress should not start another one. */
  get full(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** Call back once there is room again. */
  whenRoom(wake: () => void): void {
    this.#blocked.add(wake);
  }

  /** Reserve memory for a request of known length; `change` frees it. @returns whether there was enough */
  reserve(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Another part of an incomplete large message has arrived. */
  receiving(sender: Sender): void {
    if (!this.#receiving.has(sender)) this.#receiving.set(sender, this.#now());
    if (!this.full || this.#held.has(sender) || this.#first === sender) return;
    this.#held.add(sender);
    sender.hold(true);
    this.#look ??= setInterval(() => this.#cutLate(), LOOK_MS).unref();
  }

  /** The message is complete, or its socket has closed. */
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

  /** Others wait for the first one: close it if it takes too long. */
  #cutLate(): void {
    const first = this.#first;
    const since = first === undefined ? undefined : this.#receiving.get(first);
    if (first !== undefined && since !== undefined && this.#now() - since > PATIENCE_MS) first.cut();
  }
}
