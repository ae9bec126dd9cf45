/** Maximum number of copies of sandboxes that the server holds at a time; each has at most 36 MiB. */
const MAX_COPIES = 8;

/** Limits the memory that copies of sandboxes take, over all clients. Without a place, a fork is a replay. */
export class CopyRoom {
  #left: number;

  constructor(places = MAX_COPIES) {
    this.#left = places;
  }

  /** Take a place if one is free; returns the function that gives it back, to be called once. */
  enter(): (() => void) | undefined {
    if (this.#left === 0) return undefined;
    this.#left -= 1;
    return () => {
      this.#left += 1;
    };
  }
}
