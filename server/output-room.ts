/** Output of a step that costs no room: every live episode has so much, in bytes. */
const FREE_BYTES = 65_536;

interface Waiter {
  readonly client: OutputClient;
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Memory for the output of steps under way, all clients together. A step takes as much as its output may have, from its
 * start until its answer is written, where that is more than usual; beyond the maximum later ones wait, first come, first
 * served. One client takes at most a quarter.
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

  /** @returns `undefined` where it was taken at once */
  take(client: OutputClient, bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#fits(client, bytes)) {
      this.#enter(client, bytes);
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ client, bytes, enter: resolve });
      // Those before it may wait for their own shares alone.
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
        // Who waits for its own share alone is in nobody's way.
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

/** One client's part of the room. */
export class OutputClient {
  /** Bytes that its steps hold now. */
  taken = 0;
  readonly #room: OutputRoom;
  readonly #maxBytes: number;

  constructor(room: OutputRoom, maxBytes: number) {
    this.#room = room;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that a step costs whose output may have so many. */
  static cost(outputBytes: number): number {
    return outputBytes <= FREE_BYTES ? 0 : outputBytes;
  }

  /** Whether its own share leaves room; the first step always has some. */
  fits(bytes: number): boolean {
    return this.taken === 0 || this.taken + bytes <= this.#maxBytes;
  }

  /** Take room for a step; `give` must follow. @returns `undefined` where nothing has to be waited for */
  take(bytes: number): Promise<void> | undefined {
    return this.#room.take(this, bytes);
  }

  give(bytes: number): void {
    this.#room.give(this, bytes);
  }
}
