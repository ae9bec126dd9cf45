/** Weight of the latest interval in the mean. */
const WEIGHT = 0.2;

/** How often waiting requests get a sandbox of one image: the ground for expected waits. */
export class GrantRate {
  readonly #now: () => number;
  #since: number;
  /** Mean time between two grants while requests wait, in milliseconds. */
  #interval: number | undefined;

  /** Made when the first request begins to wait. @param now milliseconds from any fixed moment */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** Requests wait again after a time without any. */
  resume(): void {
    this.#since = this.#now();
  }

  /** A waiting request got a sandbox. */
  granted(): void {
    const now = this.#now();
    const interval = now - this.#since;
    this.#since = now;
    this.#interval =
      this.#interval === undefined ? interval : this.#interval + WEIGHT * (interval - this.#interval);
  }

  /**
   * Expected wait of the request at a position, in milliseconds; `null` before the first grant. A pause longer than the mean
   * counts as the interval, so that an estimate grows when nothing becomes free.
   */
  expectedMs(position: number): number | null {
    if (this.#interval === undefined) return null;
    return Math.round(position * Math.max(this.#interval, this.#now() - this.#since));
  }
}
