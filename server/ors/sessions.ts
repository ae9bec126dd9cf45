import { mostSessions } from '../fronts/remembered-sessions.ts';
import type { OrsSession } from './session.ts';

interface Kept {
  readonly session: OrsSession;
  idle?: NodeJS.Timeout;
}

/** The sessions of all clients, by the id that they send in a header. One without a request or ping for a while ends. */
export class OrsSessions {
  readonly #idleMs: number;
  readonly #most: number;
  readonly #kept = new Map<string, Kept>();

  /** @param maxEpisodes maximum number of open episodes */
  constructor(idleMs: number, maxEpisodes: number) {
    this.#idleMs = idleMs;
    this.#most = mostSessions(maxEpisodes);
  }

  get full(): boolean {
    return this.#kept.size >= this.#most;
  }

  add(id: string, session: OrsSession): void {
    this.#kept.set(id, { session });
    this.find(id);
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** A session that is in use from now on. */
  find(id: string): OrsSession | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    clearTimeout(kept.idle);
    kept.idle = setTimeout(() => this.#rest(id, kept.session), this.#idleMs);
    kept.idle.unref();
    return kept.session;
  }

  /** End a session without requests, but not while a call runs: then it is idle from the call's end. */
  #rest(id: string, { running }: OrsSession): void {
    if (running === undefined) void this.end(id);
    else void running.then(() => this.find(id));
  }

  /** End a session and its episode, if there is one. Never throws. */
  async end(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    clearTimeout(kept.idle);
    await kept.session.leave();
  }

  /** End all. Never throws. */
  async leave(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((id) => this.end(id)));
  }
}
