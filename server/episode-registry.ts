import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { withDeadline } from '../docker/deadline.ts';
import type { TakeBack } from '../docker/sandbox.ts';
import type { ChosenTask, Environment, EnvironmentEpisode } from '../environments/environment.ts';
import { resetErrorOf } from '../environments/failure.ts';
import { ResetOptionSet } from '../environments/reset-options.ts';
import type { ResetResult } from '../protocol/episode.ts';
import { type ErrorName, ProtocolError } from '../protocol/errors.ts';
import type { FailureClass } from '../protocol/failure.ts';
import type { Restored } from '../protocol/fork.ts';
import { type EndReason, TRAJECTORY_VERSION } from '../protocol/trajectory.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../protocol/version.ts';
import type { Admission } from './admission.ts';
import { Episode } from './episode.ts';
import type { EpisodeObserver } from './episode-parts.ts';
import type { EpisodePoint } from './episode-point.ts';
import { type Remade, type RemakeOptions, remake } from './remake.ts';
import { ResetWait, type WaitRequest } from './reset-wait.ts';
import { Resets, releasePlay, shuttingDown } from './resets.ts';
import { Claims, tokenHash } from './resume/claims.ts';
import { LeftEpisodes, type ServerMark } from './resume/left-episodes.ts';
import { signEveryMs } from './resume/life-signs.ts';
import { type MakeParts, Reopening } from './resume/reopening.ts';
import { TrajectoryIndex } from './resume/trajectory-index.ts';
import type { ClientGate } from './step-gate.ts';
import type { ResultMemory } from './step-results.ts';
import { observationHash, type TrajectoryFile, type TrajectoryLog } from './trajectory-log.ts';
import { refuseIdleTurnOptions, TurnBudget } from './turn-budget.ts';

export interface RegistryParts {
  readonly environments: readonly Environment[];
  readonly admission: Admission;
  readonly trajectories: TrajectoryLog;
  /** For the stored results of all episodes. */
  readonly results: ResultMemory;
  readonly observer: RegistryObserver;
  /** Time for which the episodes of a dropped socket stay open, in milliseconds. */
  readonly graceMs: number;
  /** Marks the trajectories of this server, so that the next one can go on with them. @default no server goes on */
  readonly mark?: ServerMark | undefined;
  /** Gives sandboxes that outlived their server. @default none does */
  readonly takeBack?: TakeBack['takeBack'] | undefined;
  /** Lets the steps of replays run when there is memory for their output. */
  readonly outputs: ClientGate;
  /** Maximum wait of a reset for a sandbox that does not say its own, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** The fault of a reset. */
export interface ResetFailure {
  readonly class: FailureClass;
  readonly code: ErrorName;
}

export interface RegistryObserver extends EpisodeObserver {
  reset(environment: string, seconds: number): void;
  /** A reset failed by a fault of the infrastructure. */
  resetFailed(environment: string, failure: ResetFailure, cause: unknown): void;
  /** An episode cannot go on in the sandbox of its server that has ended, and is played again. */
  notTakenBack(environment: string, cause: unknown): void;
  /** A reset got a dead sandbox, and takes another one. */
  resetRetried(environment: string, cause: unknown): void;
}

/** The reason of a reset that is aborted because its client has disconnected. It counts as no failure. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
  override readonly message = 'The client has disconnected.';
}

export interface OpenRequest extends WaitRequest {
  readonly environment: string;
  readonly episodeId?: string;
  /** Maximum time of a grade that the agent's work may use, in milliseconds. @default the environment's own limits */
  readonly gradeMs?: number;
  /** Where a fork goes on from. @default a new episode begins */
  readonly from?: ForkedFrom;
}

/** A state of another episode, and how its replay runs. */
export interface ForkedFrom extends Pick<RemakeOptions, 'gate'> {
  readonly point: EpisodePoint;
  /** Told once, before the episode opens. */
  onRemade(restored: Restored): void;
}

export interface OpenedEpisode {
  readonly episode: Episode;
  readonly result: ResetResult;
}

/** An episode as its sandbox holds it. */
interface Played {
  readonly play: EnvironmentEpisode;
  readonly seed: number;
  /** Of a fork. */
  readonly restored?: Restored;
}

const MAX_SEED = 2 ** 32;

/** The seed of a reset that names none. */
export function randomSeed(): number {
  return randomInt(MAX_SEED);
}

/** Begins episodes and holds all open ones, over all connections. */
export class EpisodeRegistry {
  readonly environments: ReadonlyMap<string, Environment>;
  /** The options that a reset takes. */
  readonly options: ResetOptionSet;
  readonly claims = new Claims<Episode>();
  readonly #parts: RegistryParts;
  readonly #left: LeftEpisodes | undefined;
  readonly #ids = new Set<string>();
  readonly #open = new Set<Episode>();
  readonly #resets = new Resets();
  readonly #stopping = new AbortController();
  #draining = false;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.options = new ResetOptionSet(parts.environments);
    this.environments = new Map(parts.environments.map((environment) => [environment.id, environment]));
    this.#left = this.#leftBefore();
  }

  /** Episodes of servers of before; `undefined` if there is nothing to find them by. */
  #leftBefore(): LeftEpisodes | undefined {
    const { graceMs, mark, now, outputs, results, takeBack, trajectories } = this.#parts;
    const { folder } = trajectories;
    if (mark === undefined || folder === null || graceMs === 0) return undefined;
    const isOpen = (path: string): boolean => trajectories.isOpen(path);
    const reopening = new Reopening({
      trajectories,
      results,
      observer: this.#observer,
      mark: mark.own,
      outputs,
      now,
      signal: this.#stopping.signal,
      takeBack: takeBack ?? (async () => undefined),
      choose: (point) => this.#chosen(point),
      notTakenBack: (environment, cause) => this.#observer.notTakenBack(environment, cause),
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

  get openCount(): number {
    return this.#parts.admission.openEpisodes;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** @throws {ProtocolError} `environment_not_found` */
  environment(id: string): Environment {
    const environment = this.environments.get(id);
    if (environment !== undefined) return environment;
    throw new ProtocolError('environment_not_found', `There is no environment ${id}.`, {
      environments: [...this.environments.keys()],
    });
  }

  /** @throws {ProtocolError} `shutting_down` */
  refuseWhenDraining(): void {
    if (this.#draining) throw shuttingDown();
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
    let played: Played | undefined;
    try {
      const began = this.#parts.now();
      const wait = new ResetWait(request, this.#parts.queueTimeoutMs);
      played = await this.#played(environment, request, wait);
      this.refuseWhenDraining();
      request.signal?.throwIfAborted();
      const opened = await this.#begin(id, request, { ...played, queueMs: wait.queuedMs }, free);
      if (this.#draining) void opened.episode.abandon('shutdown');
      this.#parts.observer.reset(environment.id, (this.#parts.now() - began) / 1000);
      return opened;
    } catch (error) {
      free();
      if (played !== undefined) releasePlay(played.play);
      throw this.#reported(environment.id, error, request.signal);
    }
  }

  /** Take a slot and an id. @returns a function that gives both back @throws {ProtocolError} `episode_exists`, `capacity` */
  #takePlace(id: string): () => void {
    if (this.#ids.has(id)) throw new ProtocolError('episode_exists', `Episode ${id} is already open.`);
    const giveBack = this.#parts.admission.takeSlot();
    this.#ids.add(id);
    return () => {
      giveBack();
      this.#ids.delete(id);
    };
  }

  /** Open an episode that `begin` makes, in a slot of its own. @throws {ProtocolError} as `open`; what `begin` throws */
  async #admit(id: string, begin: () => Promise<MakeParts>): Promise<Episode> {
    this.refuseWhenDraining();
    const free = this.#takePlace(id);
    try {
      const episode = this.#enter(await begin(), free);
      if (this.#draining) void episode.abandon('shutdown');
      return episode;
    } catch (error) {
      free();
      throw error;
    }
  }

  /**
   * The state of a point, made again in a fresh sandbox.
   * @throws {ProtocolError} as `open`
   */
  async remake(point: EpisodePoint, options: RemakeOptions): Promise<Remade> {
    this.refuseWhenDraining();
    try {
      const { signal } = options;
      const wait = new ResetWait({ options: point.options, signal }, this.#parts.queueTimeoutMs);
      return await this.#remake(point, options, wait);
    } catch (error) {
      throw this.#reported(point.environment, error, options.signal);
    }
  }

  /** The task of a point, to be begun again. */
  #chosen({ environment, options, seed, task }: EpisodePoint): ChosenTask {
    return this.environment(environment).choose({ ...options, dataset: task.dataset, task: task.id }, seed);
  }

  async #remake(point: EpisodePoint, { signal, gate }: RemakeOptions, wait: ResetWait): Promise<Remade> {
    const chosen = this.#chosen(point);
    const until = AbortSignal.any([signal, this.#stopping.signal]);
    let restored: Restored | undefined;
    const play = await this.#resets.run({
      begin: async () => {
        const { play: made, ...how } = await remake(chosen, point, {
          signal: until,
          gate,
          wait: { ...wait.next(), signal: until },
        });
        restored = how;
        return made;
      },
      signal: until,
      onRetry: (cause) => this.#observer.resetRetried(point.environment, cause),
    });
    if (restored === undefined) throw new Error('a sandbox without its state');
    return { play, ...restored };
  }

  async #played(environment: Environment, request: OpenRequest, wait: ResetWait): Promise<Played> {
    const { from, options, signal = new AbortController().signal } = request;
    if (from === undefined) {
      const seed = options.seed ?? randomSeed();
      return { seed, play: await this.#play(environment, request, seed, wait) };
    }
    const { play, ...restored } = await this.#remake(from.point, { signal, gate: from.gate }, wait);
    from.onRemade(restored);
    return { seed: from.point.seed, play, restored };
  }

  /** Begin the task of the options. If it turns out that it cannot be graded, a seed draws another one. */
  async #play(
    environment: Environment,
    request: OpenRequest,
    seed: number,
    wait: ResetWait,
  ): Promise<EnvironmentEpisode> {
    const { options, signal } = request;
    this.options.refuseForeign(environment.id, options);
    refuseIdleTurnOptions(options);
    for (;;) {
      const chosen = environment.choose(options, seed);
      try {
        return await this.#resets.run({
          begin: () => chosen.begin(wait.next()),
          signal,
          onRetry: (cause) => this.#observer.resetRetried(environment.id, cause),
        });
      } catch (error) {
        const other = error instanceof ProtocolError && error.error === 'task_ungradable';
        if (!other || options.task !== undefined) throw error;
      }
    }
  }

  /** The error of the answer. Wrong requests and requests that the client gave up are not counted as failures. */
  #reported(environment: string, cause: unknown, signal: AbortSignal | undefined): unknown {
    const error = resetErrorOf(cause);
    const known = error instanceof ProtocolError;
    const shutdown = known && error.error === 'shutting_down';
    const clients = shutdown || (known && error === cause && error.error !== 'internal_error');
    if (!clients && !(signal?.reason instanceof ClientGone)) {
      const failure: ResetFailure = {
        class: (known ? error.fault : null) ?? 'server',
        code: known ? error.error : 'internal_error',
      };
      this.#observer.resetFailed(environment, failure, cause);
    }
    return error;
  }

  async #begin(
    id: string,
    request: OpenRequest,
    { play, queueMs, seed, restored }: Played & { readonly queueMs: number },
    free: () => void,
  ): Promise<OpenedEpisode> {
    const point = request.from?.point;
    const { index, dataset, instruction } = play.task;
    const result: ResetResult = {
      episode_id: id,
      resume_token: randomBytes(16).toString('base64url'),
      task: { id: play.task.id, index, dataset, instruction },
      observation: new TurnBudget(request.options).reminded(play.initial.observation, 0),
      info: {
        duration_ms: play.initial.durationMs,
        queue_ms: queueMs,
        seed,
        image: { name: play.sandbox.image.name, digest: play.sandbox.image.digest },
        engine: play.sandbox.engine,
        isolation: play.sandbox.isolation,
        ...play.initial.info,
      },
    };
    const log = this.#parts.trajectories.open(id);
    await this.#writeReset(log, request, result, { restored, sandbox: play.sandbox.reference });
    const episode = this.#enter(
      (observer) => ({
        id,
        environment: request.environment,
        tokenSha256: tokenHash(result.resume_token),
        play,
        options: request.options,
        seed,
        point,
        gradeMs: request.gradeMs,
        log,
        results: this.#parts.results,
        now: this.#parts.now,
        observer,
      }),
      free,
    );
    return { episode, result };
  }

  /** An open episode. @param free called when it ends */
  #enter(parts: MakeParts, free: () => void): Episode {
    const ended = (environment: string, reason: EndReason): void => {
      free();
      this.#open.delete(episode);
      this.#observer.ended(environment, reason);
    };
    const episode: Episode = new Episode(parts({ ...this.#observer, ended }));
    this.#open.add(episode);
    return episode;
  }

  async #writeReset(
    log: TrajectoryFile,
    { environment, options, from }: OpenRequest,
    result: ResetResult,
    { restored, sandbox }: { readonly restored: Restored | undefined; readonly sandbox: string | undefined },
  ): Promise<void> {
    const point = from?.point;
    const { mark } = this.#parts;
    const fork = point && restored && { episode_id: point.episodeId, step: point.step, ...restored };
    try {
      await log.write({
        event: 'reset',
        version: TRAJECTORY_VERSION,
        time: new Date().toISOString(),
        episode_id: result.episode_id,
        environment,
        options,
        task: result.task,
        observation: result.observation,
        observation_sha256: await observationHash(result.observation),
        info: result.info,
        protocol_version: PROTOCOL_VERSION,
        stepwell_version: STEPWELL_VERSION,
        resume_token_sha256: tokenHash(result.resume_token),
        ...(mark === undefined ? {} : { server: mark.own }),
        ...(sandbox === undefined ? {} : { sandbox }),
        ...(fork === undefined ? {} : { fork }),
      });
      if (point?.record) await log.append(point.record);
    } catch (error) {
      log.discard();
      throw error;
    }
  }

  get #observer(): RegistryObserver {
    return this.#parts.observer;
  }

  /**
   * Refuse new work, answer resets in progress with `shutting_down`, wait for running steps, then close every episode: at most
   * `timeoutMs` in all.
   */
  async drain(timeoutMs: number, reason: EndReason = 'shutdown'): Promise<void> {
    this.#draining = true;
    this.#resets.stop();
    this.#stopping.abort(shuttingDown());
    const running = [...this.#open].filter((episode) => episode.busy).map((episode) => episode.settled());
    const end = this.#parts.now() + timeoutMs;
    await withDeadline(Promise.all(running), timeoutMs, () => {});
    const closing = [...this.#open].map((episode) => episode.abandon(reason));
    await withDeadline(Promise.all(closing), Math.max(0, end - this.#parts.now()), () => {});
  }
}
