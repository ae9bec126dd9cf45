import type { OpenEnvObservation, OpenEnvState } from '../protocol/openenv.ts';
import { OpenEnvSession, type OpenEnvSessionParts } from './openenv-session.ts';
import { RequestQueue } from './request-queue.ts';

/**
 * The session behind an environment's HTTP routes. The routes have no session id, so all HTTP clients share it, one request
 * after the other. Clients that need a session of their own use the WebSocket. An idle episode is closed.
 */
export class OpenEnvHttpSession {
  readonly #parts: OpenEnvSessionParts;
  readonly #idleMs: number;
  readonly #requests = new RequestQueue();
  #session: OpenEnvSession;
  #idle: NodeJS.Timeout | undefined;

  constructor(parts: OpenEnvSessionParts, idleMs: number) {
    this.#parts = parts;
    this.#idleMs = idleMs;
    this.#session = new OpenEnvSession(parts);
  }

  /** @throws as `OpenEnvSession.reset` */
  reset(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    return this.#inOrder((session) => session.reset(data));
  }

  /** @throws as `OpenEnvSession.step` */
  step(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    return this.#inOrder((session) => session.step(data));
  }

  state(): Promise<OpenEnvState> {
    return this.#inOrder(async (session) => session.state());
  }

  /** End the session at once. Never throws. */
  async leave(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#session.leave('shutdown');
  }

  async #inOrder<T>(work: (session: OpenEnvSession) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    try {
      return await this.#requests.run(() => work(this.#session));
    } finally {
      this.#wait();
    }
  }

  #wait(): void {
    if (this.#requests.busy || !this.#session.active) return;
    this.#idle = setTimeout(() => {
      void this.#session.leave('disconnect');
      this.#session = new OpenEnvSession(this.#parts);
    }, this.#idleMs);
    this.#idle.unref();
  }
}
