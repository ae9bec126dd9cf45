/** Output of a step that is not counted, in bytes: every open episode may have this much. */
const FREE_BYTES = 65_536;

interface Waiter {
  readonly client: OutputClient;
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Memory for the output of running steps, over all clients. A step whose output may be larger than usual reserves its maximum
 * from its start until its answer is written. Above the limit, steps wait in order. One client gets at most a quarter.
 */
export class OutputRoom {
  readonly #maxBytes: number;
  readonly #waiting: Waiter[] = [];
  #taken = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  client(): OutputClient {
    return new OutputClient(this, this.#maxBytes / 4);
  }

  /** @returns `undefined` if it was reserved at once */
  take(client: OutputClient, bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#fits(client, bytes)) {
      this.#enter(client, bytes);
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ client, bytes, enter: resolve });
      // Steps before it may be waiting only for the shares of their own clients.
      this.#admit();
    });
  }

  give(client: OutputClient, bytes: number): void {
    this.#taken -= bytes;
    client.taken -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (let index = 0; index < this.#waiting.length; ) {
      const waiter = this.#waiting[index];
      if (waiter === undefined) return;
      const { client, bytes, enter } = waiter;
      if (!this.#fits(client, bytes)) {
        // A step that waits only for its own client's share does not block others.
        if (client.fits(bytes)) return;
        index += 1;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#enter(client, bytes);
      enter();
    }
  }

  #enter(client: OutputClient, bytes: number): void {
    this.#taken += bytes;
    client.taken += bytes;
  }

  #fits(client: OutputClient, bytes: number): boolean {
    return client.fits(bytes) && (this.#taken === 0 || this.#taken + bytes <= this.#maxBytes);
  }
}

/** The share of one client. */
export class OutputClient {
  /** Bytes that its steps have reserved. */
  taken = 0;
  readonly #room: OutputRoom;
  readonly #maxBytes: number;

  constructor(room: OutputRoom, maxBytes: number) {
    this.#room = room;
    this.#maxBytes = maxBytes;
  }

  /** Bytes to reserve for a step with this maximum output. */
  static cost(outputBytes: number): number {
    return outputBytes <= FREE_BYTES ? 0 : outputBytes;
  }

  /** Whether the client's share has room. It always has for the first step. */
  fits(bytes: number): boolean {
    return this.taken === 0 || this.taken + bytes <= this.#maxBytes;
  }

  /** Reserve memory for a step; `give` must follow. @returns `undefined` if it need not wait */
  take(bytes: number): Promise<void> | undefined {
    return this.#room.take(this, bytes);
  }

  give(bytes: number): void {
    this.#room.give(this, bytes);
  }
}
