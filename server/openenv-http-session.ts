import type { OpenEnvObservation, OpenEnvState } from '../protocol/openenv.ts';
import { OpenEnvSession, type OpenEnvSessionParts } from './openenv-session.ts';

/**
 * The one session behind an environment's HTTP routes. They carry no session id, so all HTTP clients share it, one
 * request after the other; who needs sessions of their own uses the WebSocket. An episode left alone is closed.
 */
export class OpenEnvHttpSession {
  readonly #parts: OpenEnvSessionParts;
  readonly #idleMs: number;
  #session: OpenEnvSession;
  #tail: Promise<unknown> = Promise.resolve();
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

  #inOrder<T>(work: (session: OpenEnvSession) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    const done = this.#tail.then(() => work(this.#session));
    const settle = (): void => this.#wait();
    this.#tail = done.then(settle, settle);
    return done;
  }

  #wait(): void {
    clearTimeout(this.#idle);
    if (!this.#session.active) return;
    this.#idle = setTimeout(() => {
      void this.#session.leave('disconnect');
      this.#session = new OpenEnvSession(this.#parts);
    }, this.#idleMs);
    this.#idle.unref();
  }
}
