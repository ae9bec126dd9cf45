import { randomUUID } from 'node:crypto';
import type { KeptEpisodes } from '../fronts/kept-episodes.ts';
import { RememberedSessions } from '../fronts/remembered-sessions.ts';

/**
 * The sessions of clients of revision 2025-11-25, which they name in a header. A session is only a key for its episode. The
 * client of one that was forgotten is told to begin another.
 */
export class McpSessions {
  readonly #episodes: Pick<KeptEpisodes, 'close' | 'has' | 'touch'>;
  /** A session is its id. */
  readonly #sessions: RememberedSessions<string>;

  /** @param maxEpisodes maximum number of open episodes */
  constructor(episodes: Pick<KeptEpisodes, 'close' | 'has' | 'touch'>, maxEpisodes: number) {
    this.#episodes = episodes;
    this.#sessions = new RememberedSessions({ maxEpisodes, isIdle: (id) => !episodes.has(id) });
  }

  begin(): string {
    const id = randomUUID();
    this.#sessions.add(id, id);
    return id;
  }

  /** Whether the session exists; it was used just now. */
  use(id: string): boolean {
    if (this.#sessions.use(id) === undefined) return false;
    this.#episodes.touch(id);
    return true;
  }

  /** End a session and its episode. @returns whether it existed */
  async end(id: string): Promise<boolean> {
    if (this.#sessions.take(id) === undefined) return false;
    await this.#episodes.close(id, 'client');
    return true;
  }
}
