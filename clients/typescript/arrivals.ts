/** A known number of things that arrive one by one, for one reader. */
export class Arrivals<T> implements AsyncIterable<T> {
  readonly #arrived: T[] = [];
  #left: number;
  #wake: () => void = () => {};

  /** @param count number of things to come */
  constructor(count: number) {
    this.#left = count;
  }

  add(thing: T): void {
    this.#arrived.push(thing);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    while (this.#left > 0) {
      const [next] = this.#arrived.splice(0, 1);
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#left -= 1;
      yield next;
    }
  }
}
