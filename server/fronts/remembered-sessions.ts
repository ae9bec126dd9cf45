/** Minimum number of sessions that an interface keeps. */
const LEAST = 4_096;

/** Maximum number of sessions that an interface keeps. @param maxEpisodes maximum number of open episodes */
export function mostSessions(maxEpisodes: number): number {
  return Math.max(LEAST, 2 * maxEpisodes);
}

export interface RememberedSessionsOptions<S> {
  /** Maximum number of open episodes. */
  readonly maxEpisodes: number;
  /** Whether a session can be forgotten without ending anything. */
  readonly isIdle: (session: S) => boolean;
}

/**
 * The sessions that clients have begun, by id. A session lasts until its client ends it, or until there are too many: then the
 * idle one that was used the longest ago is forgotten, but never the newest.
 */
export class RememberedSessions<S> {
  readonly #isIdle: (session: S) => boolean;
  readonly #most: number;
  /** By their last use, the oldest first. */
  readonly #sessions = new Map<string, S>();

  constructor({ isIdle, maxEpisodes }: RememberedSessionsOptions<S>) {
    this.#isIdle = isIdle;
    this.#most = mostSessions(maxEpisodes);
  }

  add(id: string, session: S): void {
    if (this.#sessions.size >= this.#most) this.#forgetOne();
    this.#sessions.set(id, session);
  }

  /** A session, which is used just now. */
  use(id: string): S | undefined {
    const session = this.take(id);
    if (session !== undefined) this.#sessions.set(id, session);
    return session;
  }

  /** Forget a session. @returns it, if it was there */
  take(id: string): S | undefined {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    return session;
  }

  /** Forget all. @returns them */
  takeAll(): S[] {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    return all;
  }

  #forgetOne(): void {
    for (const [id, session] of this.#sessions) {
      if (!this.#isIdle(session)) continue;
      this.#sessions.delete(id);
      return;
    }
  }
}
