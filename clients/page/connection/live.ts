import type { EndedEpisode, LiveEpisode, ServerSample, UpdateNote } from '../../../protocol/watch.ts';
import { Store } from '../parts/store.ts';
import type { Server } from './server.ts';

/** An open episode, or one that has just ended. */
export interface ShownEpisode extends LiveEpisode {
  /** When it began, in milliseconds since 1970 by the clock of this machine. */
  readonly begunAt: number;
}

export interface JustEnded extends ShownEpisode {
  readonly end: EndedEpisode;
}

/** Number of samples that charts show: two minutes. */
const MAX_SAMPLES = 120;
const MAX_ENDED = 40;

/** What the server sends about itself while somebody looks. */
export class Live extends Store {
  readonly episodes = new Map<string, ShownEpisode>();
  ended: readonly JustEnded[] = [];
  samples: readonly ServerSample[] = [];
  /** Whether the first update has come. */
  begun = false;
  readonly #server: Server;
  #status = '';

  constructor(server: Server) {
    super();
    this.#server = server;
    server.listen('server/update', (update) => this.#take(update));
    server.subscribe(() => this.#follow());
  }

  get sample(): ServerSample | undefined {
    return this.samples.at(-1);
  }

  /** A new connection watches anew. */
  #follow(): void {
    const { status } = this.#server;
    if (status === this.#status) return;
    this.#status = status;
    if (status !== 'open') return;
    this.episodes.clear();
    this.begun = false;
    this.#server.call('server/watch', {}).catch(() => {});
  }

  #take({ changed, ended, opened, sample }: UpdateNote): void {
    this.begun = true;
    for (const one of opened) this.episodes.set(one.episode_id, { ...one, begunAt: Date.now() - one.age_ms });
    for (const change of changed) {
      const known = this.episodes.get(change.episode_id);
      if (known !== undefined) this.episodes.set(change.episode_id, { ...known, ...change });
    }
    const gone: JustEnded[] = [];
    for (const end of ended) {
      const known = this.episodes.get(end.episode_id);
      this.episodes.delete(end.episode_id);
      if (known !== undefined) gone.push({ ...known, ...end, end });
    }
    if (gone.length > 0) this.ended = [...gone.reverse(), ...this.ended].slice(0, MAX_ENDED);
    if (sample !== undefined) this.samples = [...this.samples, sample].slice(-MAX_SAMPLES);
    this.changed();
  }
}
