import { randomUUID } from 'node:crypto';
import type { OpenEnvObservation, OpenEnvState } from '../../protocol/openenv.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import type { Config } from '../config.ts';
import type { EpisodeRegistry } from '../episode-registry.ts';
import { HTTP_READER } from '../http-answers.ts';
import type { ServerMemory } from '../server-memory.ts';
import { ClientGate } from '../step-gate.ts';
import type { OpenEnvEpisodesParts } from './episodes.ts';
import { OpenEnvHttpEpisodes } from './http-episodes.ts';
import type { OpenEnvPlayer } from './tools.ts';

/** Minimum of sessions that are remembered. */
const LEAST = 4_096;

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
  readonly #most: number;
  readonly #sessions = new Map<string, OpenEnvSession>();

  constructor(parts: OpenEnvSessionsParts) {
    this.#parts = parts;
    this.#most = Math.max(LEAST, 2 * parts.config.max_episodes);
  }

  create(): OpenEnvSession {
    const { environment, registry, config, memory } = this.#parts;
    const gate = new ClientGate({
      flow: HTTP_READER,
      outputs: memory.outputs.client(),
      outputBytes: config.max_output_bytes,
    });
    const parts = { environment, registry, stepTimeoutMs: config.step_timeout_ms };
    const session = new OpenEnvSession(parts, gate, config.session_idle_ms);
    this.#sessions.set(session.id, session);
    if (this.#sessions.size > this.#most) this.#forgetOne(session);
    return session;
  }

  find(id: string): OpenEnvSession | undefined {
    return this.#sessions.get(id);
  }

  /** End a session and its episode. @returns whether it existed */
  async close(id: string): Promise<boolean> {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    this.#sessions.delete(id);
    await session.leave('client');
    return true;
  }

  /** End all. Never throws. */
  async leave(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(all.map((session) => session.leave('shutdown')));
  }

  #forgetOne(newest: OpenEnvSession): void {
    for (const [id, session] of this.#sessions) {
      if (!session.idle || session === newest) continue;
      this.#sessions.delete(id);
      return;
    }
  }
}
