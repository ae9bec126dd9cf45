import { randomUUID } from 'node:crypto';
import type { OpenEnvObservation, OpenEnvState } from '../../protocol/openenv.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import type { Config } from '../config/config.ts';
import { httpGate } from '../connection/http-answers.ts';
import { RememberedSessions } from '../fronts/remembered-sessions.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import type { OpenEnvEpisodesParts } from './episodes.ts';
import { OpenEnvHttpEpisodes } from './http-episodes.ts';
import type { OpenEnvPlayer } from './tools.ts';

type Data = Readonly<Record<string, unknown>>;

/** The episodes of a session, which HTTP requests and at most one WebSocket share. */
export class OpenEnvSession implements OpenEnvPlayer {
  readonly id: string = randomUUID();
  readonly #episodes: OpenEnvHttpEpisodes;
  readonly #gate: ClientGate;
  #attached = false;

  constructor(parts: OpenEnvEpisodesParts, gate: ClientGate, idleMs: number) {
    this.#episodes = new OpenEnvHttpEpisodes({ ...parts, gate }, idleMs);
    this.#gate = gate;
  }

  reset(data: Data): Promise<OpenEnvObservation> {
    return this.#episodes.reset(data);
  }

  async step(data: Data): Promise<OpenEnvObservation> {
    try {
      return await this.#episodes.step(data);
    } finally {
      this.#gate.settle();
    }
  }

  state(): Promise<OpenEnvState> {
    return this.#episodes.state();
  }

  /** Whether it can be forgotten without ending anything. */
  get idle(): boolean {
    return !this.#attached && !this.#episodes.active;
  }

  /** Whether a WebSocket has it, which it outlives. */
  get attached(): boolean {
    return this.#attached;
  }

  /** A WebSocket takes it: its episode is not idle while the socket is open. */
  attach(): void {
    this.#attached = true;
    this.#episodes.hold(true);
  }

  detach(): void {
    this.#attached = false;
    this.#episodes.hold(false);
  }

  /** End its episode at once. Never throws. */
  leave(reason: EndReason): Promise<void> {
    return this.#episodes.leave(reason);
  }
}

export interface OpenEnvSessionsParts {
  readonly environment: string;
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly memory: ServerMemory;
}

/** The sessions of an environment that clients have created by request. */
export class OpenEnvSessions {
  readonly #parts: OpenEnvSessionsParts;
  readonly #sessions: RememberedSessions<OpenEnvSession>;

  constructor(parts: OpenEnvSessionsParts) {
    const { max_episodes: maxEpisodes } = parts.config;
    this.#parts = parts;
    this.#sessions = new RememberedSessions({ maxEpisodes, isIdle: (session) => session.idle });
  }

  create(): OpenEnvSession {
    const { environment, registry, config, memory } = this.#parts;
    const gate = httpGate(memory, config);
    const parts = { environment, registry, stepTimeoutMs: config.step_timeout_ms };
    const session = new OpenEnvSession(parts, gate, config.session_idle_ms);
    this.#sessions.add(session.id, session);
    return session;
  }

  /** A session, which is used just now. */
  find(id: string): OpenEnvSession | undefined {
    return this.#sessions.use(id);
  }

  /** End a session and its episode. @returns whether it existed */
  async close(id: string): Promise<boolean> {
    const session = this.#sessions.take(id);
    if (session === undefined) return false;
    await session.leave('client');
    return true;
  }

  /** End all. Never throws. */
  async leave(): Promise<void> {
    await Promise.all(this.#sessions.takeAll().map((session) => session.leave('shutdown')));
  }
}
