import { utimes } from 'node:fs/promises';

/** Minimum time between two signs, in milliseconds. */
const MIN_EVERY_MS = 1_000;

/** Time between two signs of life of a server with this grace time, in milliseconds. */
export function signEveryMs(graceMs: number): number {
  return Math.max(MIN_EVERY_MS, Math.floor(graceMs / 4));
}

/**
 * Touches the open trajectories, so that an episode without a step for longer than the grace time is still found after its
 * server was killed: the time of the file is then about that of the server's death.
 */
export class LifeSigns {
  readonly #paths: () => Iterable<string>;
  readonly #timer: NodeJS.Timeout;
  #touching = false;

  /** @param paths the open trajectories */
  constructor(paths: () => Iterable<string>, graceMs: number) {
    this.#paths = paths;
    this.#timer = setInterval(() => void this.#touch(), signEveryMs(graceMs));
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #touch(): Promise<void> {
    if (this.#touching) return;
    this.#touching = true;
    try {
      for (const path of [...this.#paths()]) {
        const now = new Date();
        // A file that has gone needs no sign.
        await utimes(path, now, now).catch(() => {});
      }
    } finally {
      this.#touching = false;
    }
  }
}
