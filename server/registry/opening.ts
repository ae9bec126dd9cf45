import { randomInt } from 'node:crypto';
import type { ChosenTask, Environment, EnvironmentEpisode } from '../../environments/environment.ts';
import { resetErrorOf } from '../../environments/failure.ts';
import { ResetOptionSet } from '../../environments/reset-options.ts';
import type { ResetResult } from '../../protocol/episode.ts';
import { type ErrorName, ProtocolError } from '../../protocol/errors.ts';
import type { FailureClass } from '../../protocol/failure.ts';
import type { Restored } from '../../protocol/fork.ts';
import { tokenHash } from '../episode/claims.ts';
import { releasePlay } from '../episode/life.ts';
import type { MakeParts } from '../episode/parts.ts';
import type { EpisodePoint } from '../episode/point.ts';
import { type Remade, type RemakeOptions, remake } from '../episode/remake.ts';
import { refuseIdleBudgetOptions } from '../episode/turn-budget.ts';
import type { ResultMemory } from '../memory/result-memory.ts';
import type { TrajectoryLog } from '../trajectory/log.ts';
import { resetEvent, resetResult } from './reset-record.ts';
import { ResetWait, type WaitRequest } from './reset-wait.ts';
import { Resets, shuttingDown } from './resets.ts';

/** The fault of a reset. */
export interface ResetFailure {
  readonly class: FailureClass;
  readonly code: ErrorName;
}

/** Events that the server counts. */
export interface ResetObserver {
  /** A reset failed by a fault of the infrastructure. */
  resetFailed(environment: string, failure: ResetFailure, cause: unknown): void;
  /** A reset got a dead sandbox, and takes another one. */
  resetRetried(environment: string, cause: unknown): void;
}

export interface OpeningParts {
  readonly environments: readonly Environment[];
  readonly trajectories: TrajectoryLog;
  /** For the stored results of all episodes. */
  readonly results: ResultMemory;
  readonly observer: ResetObserver;
  /** Mark of this server for the trajectories. @default they have none */
  readonly mark: string | undefined;
  /** Name of this server. */
  readonly node: string;
  /** Maximum wait of a reset for a sandbox that does not say its own, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** The reason of a reset that is aborted because its client has disconnected. It counts as no failure. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
  override readonly message = 'The client has disconnected.';
}

export interface OpenRequest extends WaitRequest {
  readonly environment: string;
  readonly episodeId?: string;
  /** Who plays it, for those who watch: a front and a number, e.g. `v1 #3`. @default nobody says */
  readonly playedBy?: string;
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

/** An episode that can be opened. */
export interface BegunEpisode {
  readonly parts: MakeParts;
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

/** Begins episodes: takes a sandbox for a task, or makes a state again, and writes the first line of the trajectory. */
export class Opening {
  readonly environments: ReadonlyMap<string, Environment>;
  /** The options that a reset takes. */
  readonly options: ResetOptionSet;
  readonly #parts: OpeningParts;
  readonly #resets = new Resets();
  readonly #stopping = new AbortController();

  constructor(parts: OpeningParts) {
    this.#parts = parts;
    this.options = new ResetOptionSet(parts.environments);
    this.environments = new Map(parts.environments.map((environment) => [environment.id, environment]));
  }

  /** Aborted when the server drains. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Refuse new work, and answer resets in progress with `shutting_down`. */
  stop(): void {
    this.#resets.stop();
    this.#stopping.abort(shuttingDown());
  }

  /** @throws {ProtocolError} `shutting_down` */
  refuseWhenStopping(): void {
    if (this.#stopping.signal.aborted) throw shuttingDown();
  }

  /** @throws {ProtocolError} `environment_not_found` */
  environment(id: string): Environment {
    const environment = this.environments.get(id);
    if (environment !== undefined) return environment;
    throw new ProtocolError('environment_not_found', `There is no environment ${id}.`, {
      environments: [...this.environments.keys()],
    });
  }

  /**
   * Begin an episode with this id. If that fails, its sandbox is released.
   * @throws {ProtocolError} as `EpisodeRegistry.open`, but for the id and the slot
   */
  async begin(id: string, request: OpenRequest): Promise<BegunEpisode> {
    const environment = this.environment(request.environment);
    let played: Played | undefined;
    try {
      const wait = new ResetWait(request, this.#parts.queueTimeoutMs);
      played = await this.#played(environment, request, wait);
      this.refuseWhenStopping();
      request.signal?.throwIfAborted();
      return await this.#recorded(id, request, { ...played, queueMs: wait.queuedMs });
    } catch (error) {
      if (played !== undefined) releasePlay(played.play);
      throw this.#reported(environment.id, error, request.signal);
    }
  }

  /**
   * The state of a point, made again in a fresh sandbox.
   * @throws {ProtocolError} as `open`
   */
  async remake(point: EpisodePoint, options: RemakeOptions): Promise<Remade> {
    this.refuseWhenStopping();
    try {
      const { signal } = options;
      const wait = new ResetWait({ options: point.options, signal }, this.#parts.queueTimeoutMs);
      return await this.#remake(point, options, wait);
    } catch (error) {
      throw this.#reported(point.environment, error, options.signal);
    }
  }

  /** The task of a point, to be begun again. @throws {ProtocolError} as `Environment.choose` */
  chosen({ environment, options, seed, task }: EpisodePoint): ChosenTask {
    return this.environment(environment).choose(
      { ...options, dataset: task.dataset, task: task.id },
      seed,
      task,
    );
  }

  async #remake(point: EpisodePoint, { signal, gate }: RemakeOptions, wait: ResetWait): Promise<Remade> {
    const chosen = this.chosen(point);
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
    refuseIdleBudgetOptions(options);
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

  /** Write what has been played to a new trajectory. */
  async #recorded(
    id: string,
    request: OpenRequest,
    { play, queueMs, seed, restored }: Played & { readonly queueMs: number },
  ): Promise<BegunEpisode> {
    const { environment, from, gradeMs, options, playedBy } = request;
    const { mark, node, now, results, trajectories } = this.#parts;
    const point = from?.point;
    const result = resetResult(id, options, { play, queueMs, seed }, node);
    const tokenSha256 = tokenHash(result.resume_token);
    const log = trajectories.open(id);
    try {
      const fork = point && restored && { episode_id: point.episodeId, step: point.step, ...restored };
      const sandbox = play.sandbox.reference;
      const facts = { environment, options, sandbox, server: mark, fork, resume_token_sha256: tokenSha256 };
      await log.write(await resetEvent(result, facts));
      if (point?.pastLines) await log.append(point.pastLines);
    } catch (error) {
      log.discard();
      throw error;
    }
    const played = { play, playedBy, options, seed, point, gradeMs };
    const facts = { id, environment, tokenSha256, ...played, log, results, now };
    return { result, parts: (observer) => ({ ...facts, observer }) };
  }

  get #observer(): ResetObserver {
    return this.#parts.observer;
  }
}
