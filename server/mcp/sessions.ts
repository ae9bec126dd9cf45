import { randomUUID } from 'node:crypto';
import type { KeptEpisodes } from '../kept-episodes.ts';

/** Minimum of sessions that are remembered. */
const LEAST = 4_096;

/**
 * The sessions of clients of revision 2025-11-25, which they name in a header. A session is only a key for its episode, so it
 * lasts until the client ends it, or until there are too many: then the oldest without an episode is forgotten, and
 * its client is told to begin another.
 */
export class McpSessions {
  readonly #episodes: KeptEpisodes;
  readonly #most: number;
  /** By their last use, the oldest first. */
  readonly #ids = new Set<string>();

  /** @param maxEpisodes maximum number of open episodes */
  constructor(episodes: KeptEpisodes, maxEpisodes: number) {
    this.#episodes = episodes;
    this.#most = Math.max(LEAST, 2 * maxEpisodes);
  }

  begin(): string {
    const id = randomUUID();
    this.#ids.add(id);
    if (this.#ids.size > this.#most) this.#forgetOne();
    return id;
  }

  /** Whether the session exists; it was used just now. */
  use(id: string): boolean {
    if (!this.#ids.delete(id)) return false;
    this.#ids.add(id);
    this.#episodes.touch(id);
    return true;
  }

  /** End a session and its episode. @returns whether it existed */
  async end(id: string): Promise<boolean> {
    if (!this.#ids.delete(id)) return false;
    await this.#episodes.close(id, 'client');
    return true;
  }

  #forgetOne(): void {
    for (const id of this.#ids) {
      if (this.#episodes.has(id)) continue;
      this.#ids.delete(id);
      return;
    }
  }
}
