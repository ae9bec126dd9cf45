import { RequestQueue } from './request-queue.ts';

/** The results of one episode. */
export interface ResultHolder {
  /** Bytes that those in memory take, as `sizeOf` counts them. */
  readonly size: number;
  /** Drop the oldest one in memory. @returns the bytes that it took */
  dropFirst(): number;
}

/** Limits the results in memory, over all episodes: above the maximum, those of the episode with the oldest last step go first. */
export class ResultMemory {
  /** Results are read back one at a time, as one can be large. */
  readonly reading = new RequestQueue();
  /** Whole trajectories, too, but apart from them: they take longer. */
  readonly reviewing = new RequestQueue();
  readonly #maxBytes: number;
  /** In the order of their last steps. */
  readonly #holders = new Set<ResultHolder>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all results in memory, counted as `sizeOf` does. */
  get bytes(): number {
    return this.#bytes;
  }

  change(holder: ResultHolder, bytes: number): void {
    this.#bytes += bytes;
    this.#holders.delete(holder);
    if (holder.size > 0) this.#holders.add(holder);
    if (this.#bytes <= this.#maxBytes) return;
    for (const oldest of this.#holders) {
      while (this.#bytes > this.#maxBytes && oldest.size > 0) this.#bytes -= oldest.dropFirst();
      if (oldest.size > 0) return;
      this.#holders.delete(oldest);
    }
  }
}
