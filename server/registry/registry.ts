import { randomUUID } from 'node:crypto';
import { withDeadline } from '../../docker/deadline.ts';
import type { TakeBack } from '../../docker/sandbox.ts';
import { DatasetError } from '../../environments/dataset-error.ts';
import type { Environment } from '../../environments/environment.ts';
import type { ReloadedDataset } from '../../environments/reload.ts';
import type { ResetOptionSet } from '../../environments/reset-options.ts';
import type { ResetResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/methods.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import { Claims } from '../episode/claims.ts';
import { Episode } from '../episode/episode.ts';
import type { EpisodeObserver, MakeParts } from '../episode/parts.ts';
import type { EpisodePoint } from '../episode/point.ts';
import type { Remade, RemakeOptions, ReplayGate } from '../episode/remake.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import { LeftEpisodes, type ServerMark } from '../resume/left-episodes.ts';
import { signEveryMs } from '../resume/life-signs.ts';
import { Reopening } from '../resume/reopening.ts';
import { TrajectoryIndex } from '../resume/trajectory-index.ts';
import { Opening, type OpeningParts, type OpenRequest, type ResetObserver } from './opening.ts';
import { recordedPoint, recordedStep } from './recorded-point.ts';
import { stepChanges } from './step-changes.ts';

export interface RegistryParts extends Omit<OpeningParts, 'mark'> {
  /** Maximum number of open episodes, those that begin included. */
  readonly maxEpisodes: number;
  readonly observer: RegistryObserver;
  /** Time for which the episodes of a dropped socket stay open, in milliseconds. */
  readonly graceMs: number;
  /** Marks the trajectories of this server, so that the next one can go on with them. @default no server goes on */
  readonly mark?: ServerMark | undefined;
  /** Gives sandboxes that outlived their server. @default none does */
  readonly takeBack?: TakeBack['takeBack'] | undefined;
  /** Loads the datasets again. @throws {DatasetError} @default the server has none to load */
  readonly reload?: (() => Promise<ReloadedDataset[]>) | undefined;
  /** Lets the steps of replays run when there is memory for their output. */
  readonly outputs: ClientGate;
}

export interface RegistryObserver extends EpisodeObserver, ResetObserver {
  reset(environment: string, seconds: number): void;
  /** An episode cannot go on in the sandbox of its server that has ended, and is played again. */
  notTakenBack(environment: string, cause: unknown): void;
}

/** How actions are played again. */
export interface Gated {
  readonly signal: AbortSignal;
  readonly gateOf: (point: EpisodePoint) => ReplayGate;
}

export interface OpenedEpisode {
  readonly episode: Episode;
  readonly result: ResetResult;
}

/** Opens episodes and holds all open ones, over all connections. */
export class EpisodeRegistry {
  readonly claims = new Claims<Episode>();
  readonly #parts: RegistryParts;
  readonly #opening: Opening;
  readonly #left: LeftEpisodes | undefined;
  /** Each takes one of the server's slots. */
  readonly #ids = new Set<string>();
  readonly #open = new Set<Episode>();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#opening = new Opening({ ...parts, mark: parts.mark?.own });
    this.#left = this.#leftBefore();
  }

  get environments(): ReadonlyMap<string, Environment> {
    return this.#opening.environments;
  }

  /** The options that a reset takes. */
  get options(): ResetOptionSet {
    return this.#opening.options;
  }

  /** Load the datasets again. @throws {ProtocolError} `dataset_invalid`: they are as before */
  async reload(): Promise<ReloadedDataset[]> {
    this.refuseWhenDraining();
    try {
      return (await this.#parts.reload?.()) ?? [];
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      throw new ProtocolError('dataset_invalid', error.message, { ...error.place, reason: error.reason });
    }
  }

  /** Episodes of servers of before; `undefined` if there is nothing to find them by. */
  #leftBefore(): LeftEpisodes | undefined {
    const { graceMs, mark, now, observer, outputs, results, takeBack, trajectories } = this.#parts;
    const { folder } = trajectories;
    if (mark === undefined || folder === null || graceMs === 0) return undefined;
    const isOpen = (path: string): boolean => trajectories.isOpen(path);
    const reopening = new Reopening({
      trajectories,
      results,
      observer,
      mark: mark.own,
      outputs,
      now,
      signal: this.#opening.stopping,
      takeBack: takeBack ?? (async () => undefined),
      choose: (point) => this.#opening.chosen(point),
      notTakenBack: (environment, cause) => observer.notTakenBack(environment, cause),
      remake: (point, options) => this.remake(point, options),
      admit: (id, begin) => this.#admit(id, begin),
    });
    const maxAgeMs = graceMs + signEveryMs(graceMs);
    return new LeftEpisodes({
      index: new TrajectoryIndex({ folder, since: mark.since, maxAgeMs, own: mark.own, isOpen }),
      maxAgeMs,
      mark,
      claims: this.claims,
      graceMs,
      isOpen,
      reopen: (recorded) => reopening.reopen(recorded),
    });
  }

  /** Number of open episodes, those that begin included. */
  get openCount(): number {
    return this.#ids.size;
  }

  /** The open episodes that have begun, the oldest first. */
  get openEpisodes(): ReadonlySet<Episode> {
    return this.#open;
  }

  get draining(): boolean {
    return this.#opening.stopping.aborted;
  }

  /** @throws {ProtocolError} `environment_not_found` */
  environment(id: string): Environment {
    return this.#opening.environment(id);
  }

  /** @throws {ProtocolError} `shutting_down` */
  refuseWhenDraining(): void {
    this.#opening.refuseWhenStopping();
  }

  /**
   * The episode of a resume token; one that a server of before has left is played again.
   * @throws {ProtocolError} `episode_not_found`; as `open` if it cannot be played again
   */
  async claim(token: string): Promise<Episode> {
    const { graceMs } = this.#parts;
    const episode = this.claims.find(token) ?? (await this.#left?.claim(token));
    if (episode !== undefined) return episode;
    const message = `No episode has this resume token: it is closed, or its socket dropped more than ${graceMs} ms (grace_ms) ago.`;
    throw new ProtocolError('episode_not_found', message, { grace_ms: graceMs });
  }

  /**
   * Begin an episode.
   * @throws {ProtocolError} `shutting_down`, `environment_not_found`, `episode_exists`, `capacity`, `dataset_not_found`,
   * `task_not_found`, `unsupported`, `sandbox_unavailable`, `internal_error`
   */
  async open(request: OpenRequest): Promise<OpenedEpisode> {
    this.refuseWhenDraining();
    const environment = this.environment(request.environment);
    const id = request.episodeId ?? randomUUID();
    const free = this.#takePlace(id);
    try {
      const began = this.#parts.now();
      const { parts, result } = await this.#opening.begin(id, request);
      const episode = this.#enter(parts, free);
      this.#parts.observer.reset(environment.id, (this.#parts.now() - began) / 1000);
      return { episode, result };
    } catch (error) {
      free();
      throw error;
    }
  }

  /**
   * Where forks of an open or recorded episode go on from.
   * @param path of its trajectory
   * @throws {ProtocolError} as `Episode.pointAt`, and `trajectory_not_found`
   */
  pointIn(path: string, atStep: number | undefined, enter: () => boolean): Promise<EpisodePoint> {
    for (const episode of this.#open) if (episode.path === path) return episode.pointAt(atStep, enter);
    return recordedPoint(path, atStep);
  }

  /**
   * The files that a step of an open or recorded episode changes.
   * @param path of its trajectory
   * @throws {ProtocolError} as `open`, `trajectory_not_found`, `invalid_params`
   */
  async changesOf(path: string, step: number, options: Gated): Promise<Result<'trajectories/changes'>> {
    this.refuseWhenDraining();
    const recorded = await recordedStep(path, step);
    const remake = (point: EpisodePoint, how: RemakeOptions): Promise<Remade> => this.remake(point, how);
    return stepChanges({ ...recorded, signal: options.signal, gate: options.gateOf(recorded.point), remake });
  }

  /** The state of a point, made again in a fresh sandbox. @throws {ProtocolError} as `open` */
  remake(point: EpisodePoint, options: RemakeOptions): Promise<Remade> {
    return this.#opening.remake(point, options);
  }

  /** Take a slot and an id. @returns a function that gives both back @throws {ProtocolError} `episode_exists`, `capacity` */
  #takePlace(id: string): () => void {
    if (this.#ids.has(id)) throw new ProtocolError('episode_exists', `Episode ${id} is already open.`);
    const { maxEpisodes } = this.#parts;
    if (this.#ids.size >= maxEpisodes) {
      throw new ProtocolError('capacity', `All ${maxEpisodes} episode slots are taken.`, {
        active_episodes: this.#ids.size,
        max_episodes: maxEpisodes,
      });
    }
    this.#ids.add(id);
    let held = true;
    return () => {
      if (held) this.#ids.delete(id);
      held = false;
    };
  }

  /** Open an episode that `begin` makes, in a slot of its own. @throws {ProtocolError} as `open`; what `begin` throws */
  async #admit(id: string, begin: () => Promise<MakeParts>): Promise<Episode> {
    this.refuseWhenDraining();
    const free = this.#takePlace(id);
    try {
      return this.#enter(await begin(), free);
    } catch (error) {
      free();
      throw error;
    }
  }

  /** An open episode. @param free called when it ends */
  #enter(parts: MakeParts, free: () => void): Episode {
    const ended = (environment: string, reason: EndReason): void => {
      free();
      this.#open.delete(episode);
      this.#parts.observer.ended(environment, reason);
    };
    const episode: Episode = new Episode(parts({ ...this.#parts.observer, ended }));
    this.#open.add(episode);
    // The drain began while its first line was written.
    if (this.draining) void episode.abandon('shutdown');
    return episode;
  }

  /** Wait for running steps, at most `timeoutMs`. */
  async quiet(timeoutMs: number): Promise<void> {
    const running = [...this.#open].filter((episode) => episode.busy).map((episode) => episode.settled());
    await withDeadline(Promise.all(running), timeoutMs, () => {});
  }

  /**
   * Refuse new work, answer resets in progress with `shutting_down`, wait for running steps, then close every episode: at most
   * `timeoutMs` in all.
   */
  async drain(timeoutMs: number, reason: EndReason = 'shutdown'): Promise<void> {
    this.#opening.stop();
    const end = this.#parts.now() + timeoutMs;
    await this.quiet(timeoutMs);
    const closing = [...this.#open].map((episode) => episode.abandon(reason));
    await withDeadline(Promise.all(closing), Math.max(0, end - this.#parts.now()), () => {});
  }
}
