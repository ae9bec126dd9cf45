import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import { PeerLink } from './peer-link.ts';
import { socketOf, type WorkerPlace, workerOfToken } from './place.ts';

export interface RelayParts {
  readonly place: WorkerPlace;
  /** The server's token. */
  readonly token: string | null;
}

export interface RelayEvents {
  /** Another connection has taken over an episode that the client had by this one. */
  readonly onMoved: (episodeId: string) => void;
  /** A worker that has episodes of the client has gone: the client must connect again to get them back. */
  readonly onLost: () => void;
}

/** Makes relays, one for each client. */
export type RelayMaker = (events: RelayEvents) => Relay;

interface About {
  readonly episode_id?: unknown;
  readonly resume_token?: unknown;
}

/** The requests of one client for episodes that other workers have: those that it has resumed, and their forks. */
export class Relay {
  readonly #parts: RelayParts;
  readonly #events: RelayEvents;
  readonly #links = new Map<number, Promise<PeerLink>>();
  /** The worker of each episode. */
  readonly #homes = new Map<string, PeerLink>();
  #closed = false;

  constructor(parts: RelayParts, events: RelayEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Whether no other worker has an episode of the client. */
  get idle(): boolean {
    return this.#homes.size === 0;
  }

  /** Whether another worker has this episode. */
  has(episodeId: string): boolean {
    return this.#homes.has(episodeId);
  }

  /**
   * The answer of another worker; `undefined` if the request is for this one. A worker that cannot be reached has no
   * episodes any more: then this one looks for those that were left.
   */
  take<M extends MethodName>(method: M, params: unknown): Promise<Result<M> | undefined> | undefined {
    const { episode_id, resume_token }: About = typeof params === 'object' && params !== null ? params : {};
    if (method === 'episode/resume' && typeof resume_token === 'string') {
      const index = workerOfToken(resume_token, this.#parts.place);
      if (index === undefined || index === this.#parts.place.index) return undefined;
      return this.#resume(index, resume_token) as Promise<Result<M> | undefined>;
    }
    const link = typeof episode_id === 'string' ? this.#homes.get(episode_id) : undefined;
    return link && this.#forward(link, method, params as Params<M>);
  }

  /** The client's socket has closed. @param polite whether by a closing handshake */
  close(polite: boolean): void {
    this.#closed = true;
    for (const link of this.#links.values()) void link.then((open) => open.close(polite)).catch(() => {});
  }

  async #resume(index: number, resume_token: string): Promise<Result<'episode/resume'> | undefined> {
    let link: PeerLink;
    try {
      link = await this.#link(index);
    } catch {
      return undefined;
    }
    const resumed = await this.#forward(link, 'episode/resume', { resume_token });
    this.#homes.set(resumed.episode_id, link);
    return resumed;
  }

  async #forward<M extends MethodName>(link: PeerLink, method: M, params: Params<M>): Promise<Result<M>> {
    const result = await link.call(method, params);
    if (method === 'episode/fork') {
      for (const entry of (result as Result<'episode/fork'>).episodes) {
        if (!('error' in entry)) this.#homes.set(entry.episode_id, link);
      }
    }
    if (method === 'episode/close') this.#homes.delete((params as Params<'episode/close'>).episode_id);
    return result;
  }

  #link(index: number): Promise<PeerLink> {
    const known = this.#links.get(index);
    if (known !== undefined) return known;
    const { place, token } = this.#parts;
    const onNote = (method: string, params: unknown): void => {
      if (method !== 'episode/moved') return;
      const { episode_id } = params as { readonly episode_id: string };
      this.#homes.delete(episode_id);
      this.#events.onMoved(episode_id);
    };
    const onLost = (): void => {
      this.#links.delete(index);
      if (!this.#closed) this.#events.onLost();
    };
    const link = PeerLink.connect(socketOf(place, index), token, onNote, onLost);
    this.#links.set(index, link);
    link.catch(() => this.#links.delete(index));
    return link;
  }
}
