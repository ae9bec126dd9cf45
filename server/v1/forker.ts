import type {
  ForkedEpisode,
  ForkParams,
  ForkResult,
  Restored,
  UndoParams,
  UndoResult,
} from '../../protocol/fork.ts';
import type { FailedEntry } from '../../protocol/many.ts';
import type { Result } from '../../protocol/methods.ts';
import type { EpisodePoint } from '../episode/point.ts';
import type { ReplayGate } from '../episode/remake.ts';
import type { CopyRoom } from '../memory/copy-room.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { clientError, errorObject, type RpcCaller } from './json-rpc.ts';
import type { EpisodeOwner } from './owner.ts';

/** Maximum time in which the changes of a step are found, in milliseconds. */
const CHANGES_MS = 600_000;

export interface ForkerParts {
  readonly owner: EpisodeOwner;
  readonly registry: EpisodeRegistry;
  /** Decides when the actions of replays begin. */
  readonly gate: ClientGate;
  readonly copies: CopyRoom;
  /** Called with a fault that no error of the protocol names. */
  onFault(error: unknown): void;
}

/** Forks and takes back the episodes of one connection. */
export class Forker {
  readonly #parts: ForkerParts;

  constructor(parts: ForkerParts) {
    this.#parts = parts;
  }

  /**
   * Independent episodes that go on from a state of one of this connection. An episode that cannot begin is an entry with its error.
   * @param sent gets what is to be called when the answer has gone out
   * @throws {ProtocolError} `shutting_down`, `episode_not_found`, and as `Episode.pointAt`
   */
  async fork({ episode_id, at_step, count }: ForkParams, sent: RpcCaller['sent']): Promise<ForkResult> {
    this.#parts.registry.refuseWhenDraining();
    const episode = await this.#parts.owner.get(episode_id);
    return this.#forks((enter) => episode.pointAt(at_step, enter), count, sent);
  }

  /**
   * The same from a trajectory, of any connection and of the past.
   * @param path of its file
   * @throws {ProtocolError} `shutting_down`, and as `EpisodeRegistry.pointIn`
   */
  forkRecorded(
    path: string,
    { at_step, count }: Pick<ForkParams, 'at_step' | 'count'>,
    sent: RpcCaller['sent'],
  ): Promise<ForkResult> {
    const { registry } = this.#parts;
    registry.refuseWhenDraining();
    return this.#forks((enter) => registry.pointIn(path, at_step, enter), count, sent);
  }

  /**
   * The files that a step of a trajectory changes.
   * @param path of its file
   * @throws {ProtocolError} as `EpisodeRegistry.changesOf`
   */
  changes(path: string, step: number): Promise<Result<'trajectories/changes'>> {
    const signal = AbortSignal.timeout(CHANGES_MS);
    return this.#parts.registry.changesOf(path, step, { signal, gateOf: (point) => this.#gate(point) });
  }

  async #forks(
    pointFor: (enter: () => boolean) => Promise<EpisodePoint>,
    count = 1,
    sent: RpcCaller['sent'],
  ): Promise<ForkResult> {
    let leave: (() => void) | undefined;
    const enter = (): boolean => {
      leave = this.#parts.copies.enter(this);
      return leave !== undefined;
    };
    try {
      const point = await pointFor(enter);
      if (!point.copy?.snapshot.state) leave?.();
      const entries = Array.from({ length: count }, () => this.#entry(point, sent));
      return { episodes: await Promise.all(entries) };
    } finally {
      leave?.();
    }
  }

  /** @throws {ProtocolError} `shutting_down`, `episode_not_found`, and as `Episode.undo` */
  async undo({ episode_id, steps = 1 }: UndoParams): Promise<UndoResult> {
    this.#parts.registry.refuseWhenDraining();
    const episode = await this.#parts.owner.get(episode_id);
    return episode.undo(steps, (point, signal) =>
      this.#parts.registry.remake(point, { signal, gate: this.#gate(point) }),
    );
  }

  async #entry(point: EpisodePoint, sent: RpcCaller['sent']): Promise<ForkedEpisode | FailedEntry> {
    try {
      const fork = await this.#open(point);
      sent.push(() => this.#parts.owner.told(fork.episode_id));
      return fork;
    } catch (error) {
      return { error: errorObject(clientError(error, this.#parts.onFault)) };
    }
  }

  async #open(point: EpisodePoint): Promise<ForkedEpisode> {
    let restored: Restored | undefined;
    const { episode_id, resume_token } = await this.#parts.owner.open({
      environment: point.environment,
      options: point.options,
      ...(point.gradeMs === undefined ? {} : { gradeMs: point.gradeMs }),
      from: {
        point,
        gate: this.#gate(point),
        onRemade: (how) => {
          restored = how;
        },
      },
    });
    if (restored === undefined) throw new Error('a fork without its state');
    return { episode_id, resume_token, step_count: point.step, ...restored };
  }

  #gate({ options }: EpisodePoint): ReplayGate {
    const { gate } = this.#parts;
    return (turn) => gate.passUnanswered(options.max_output_bytes, turn);
  }
}
