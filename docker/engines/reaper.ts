/** What a reaper cleans up; every engine is one. */
export interface Reapable {
  /** Remove what dead servers left behind; returns how many things were removed. */
  reap(): Promise<number>;
  /** When to look again because something will be left behind soon, in milliseconds. @default at the next round */
  readonly lookAgainMs?: number | undefined;
}

export interface ReaperOptions {
  /** Time between two rounds, in milliseconds. @default 60,000 */
  readonly intervalMs?: number;
  /** Called after a round that removed something. */
  readonly onReaped?: (count: number) => void;
  /** Called after a round that failed. The next round follows as usual. */
  readonly onError?: (error: unknown) => void;
}

/** Reaps at start and at intervals. Its timer does not keep the process alive. */
export class Reaper {
  readonly #reapable: Reapable;
  readonly #options: ReaperOptions;
  #timer: NodeJS.Timeout | null = null;
  #again: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;

  constructor(reapable: Reapable, options: ReaperOptions = {}) {
    this.#reapable = reapable;
    this.#options = options;
  }

  /** Start, and wait for the first round. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => this.run(), this.#options.intervalMs ?? 60_000).unref();
    await this.run();
  }

  /** Run one round, or wait for the running one. Never throws. */
  run(): Promise<void> {
    this.#round ??= this.#reap().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  /** Stop, and wait for the running round. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    clearTimeout(this.#again);
    await this.#round;
  }

  async #reap(): Promise<void> {
    try {
      const count = await this.#reapable.reap();
      if (count > 0) this.#options.onReaped?.(count);
    } catch (error) {
      this.#options.onError?.(error);
    }
    const { lookAgainMs } = this.#reapable;
    if (lookAgainMs === undefined || this.#timer === null) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.run(), lookAgainMs).unref();
  }
}
