/** Keeps the last bytes of what it is given. */
export class Tail {
  readonly #limit: number;
  #text = Buffer.alloc(0);

  /** @param limit bytes kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#text = Buffer.concat([this.#text, chunk]).subarray(-this.#limit);
  }

  get isEmpty(): boolean {
    return this.#text.length === 0;
  }

  toString(): string {
    return this.#text.toString('utf8').trim();
  }
}
