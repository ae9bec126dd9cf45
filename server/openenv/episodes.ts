import { randomBytes } from 'node:crypto';
import { withDeadline } from '../../docker/deadline.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { Observation, ResetOptions, StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { OpenEnvObservation, OpenEnvState } from '../../protocol/openenv.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import type { Episode } from '../episode/episode.ts';
import { failureOfReset, type ToldFailure, toldFailure } from '../fronts/told-failure.ts';
import type { StepGate } from '../memory/step-gate.ts';
import { ClientGone, type OpenRequest } from '../registry/opening.ts';
import type { EpisodeRegistry, OpenedEpisode } from '../registry/registry.ts';
import { validateAction, validateReset } from './validation.ts';

/** Maximum deadline of an action, in milliseconds, so that its result is there within `ANSWER_MS`. */
const MAX_CODE_MS = 50_000;
/** The same for an action that is graded in the same step, in milliseconds: grading takes time, too. */
const MAX_GRADED_CODE_MS = 25_000;
/** Maximum time of a grade that the agent's work may use, in milliseconds, so that a bad grade is told and not lost. */
const MAX_GRADE_MS = 25_000;

/**
 * Maximum time to an answer, in milliseconds. OpenEnv's client gives up after 60 s and would take a late answer for that of
 * its next request.
 */
const ANSWER_MS = 55_000;

/** Maximum time in the queue for a sandbox, in milliseconds, so that the answer tells its length. */
const MAX_QUEUE_MS = 50_000;

/** A request that cannot be carried out; OpenEnv's `EXECUTION_ERROR`. */
export class OpenEnvExecutionError extends Error {
  override readonly name = 'OpenEnvExecutionError';
  /** The fault behind it, if it is one of the infrastructure. */
  readonly failure: ToldFailure | undefined;

  constructor(message: string, failure?: ToldFailure) {
    super(message);
    this.failure = failure;
  }
}

/** `failure` of an error that is a fault of the infrastructure, so that a trainer drops the sample without reading text. */
export function faultOf(error: unknown): { readonly failure?: ToldFailure } {
  const known = error instanceof ProtocolError ? failureOfReset(error) : undefined;
  const failure = error instanceof OpenEnvExecutionError ? error.failure : known;
  return failure === undefined ? {} : { failure };
}

export interface OpenEnvEpisodesParts {
  readonly environment: string;
  readonly registry: EpisodeRegistry;
  /** Default deadline of an action, in milliseconds. */
  readonly stepTimeoutMs: number;
  /** Decides when steps begin. @default at once */
  readonly gate?: StepGate;
}

function withinLimit(action: ActionObject, stepTimeoutMs: number, graded: boolean): ActionObject {
  const limit = graded ? MAX_GRADED_CODE_MS : MAX_CODE_MS;
  if (!('code' in action) || (action.timeout_ms ?? stepTimeoutMs) <= limit) return action;
  return { ...action, timeout_ms: limit };
}

/** Whether the next step, if it is code, may be graded, too. A time limit can be reached by any step. */
function gradesCode({ reward, max_duration_ms }: ResetOptions, { turnsLeft }: Episode): boolean {
  if (reward === 'every_step') return true;
  if (reward === 'on_submit') return false;
  return max_duration_ms !== undefined || turnsLeft <= 1;
}

/** What the episode plays, for `metadata` and the state. */
interface Played {
  readonly task_id: string;
  readonly dataset: string;
  readonly seed: number;
}

function observed(observation: Observation, metadata: Played): OpenEnvObservation {
  return { observation: { ...observation, metadata }, reward: null, done: false, metadata: { ...metadata } };
}

function stepped(result: StepResult, played: Played | undefined): OpenEnvObservation {
  const { observation, reward, terminated, truncated, info } = result;
  const done = terminated || truncated;
  if (!done && reward === null) return { observation, reward, done };
  const { reward_components: components, success, limit, ungraded } = info;
  const metadata = {
    ...played,
    terminated,
    truncated,
    ...(limit === undefined ? {} : { limit }),
    ...(success === undefined ? {} : { success }),
    ...(ungraded === undefined ? {} : { ungraded }),
    ...(components === undefined ? {} : { reward_components: components }),
  };
  return { observation: { ...observation, metadata }, reward, done, metadata };
}

/** The fault of a step that took too long. */
const OVERDUE: Failure = {
  class: 'sandbox',
  code: 'sandbox_unresponsive',
  message: `The step took longer than ${ANSWER_MS} ms.`,
  retryable: true,
  action_may_have_run: true,
  mask_sample: true,
};

function faulted(failure: Failure): OpenEnvExecutionError {
  const { code, message } = failure;
  return new OpenEnvExecutionError(
    `${message} (${code}). The episode ended without a reward: reset to go on.`,
    toldFailure(failure),
  );
}

/**
 * The episodes of one client, one after the other; OpenEnv calls this a session. A reset takes a sandbox and the end of the
 * episode releases it, so an idle client costs nothing.
 */
export class OpenEnvEpisodes {
  readonly #parts: OpenEnvEpisodesParts;
  readonly #leaving = new AbortController();
  #episode: Episode | undefined;
  /** The id that the client knows. Other clients may use the same. */
  #episodeId: string | null = null;
  /** Options of the episode's reset. */
  #options: ResetOptions = {};
  #played: Played | undefined;
  #success: boolean | null = null;
  #failure: ToldFailure | null = null;

  constructor(parts: OpenEnvEpisodesParts) {
    this.#parts = parts;
  }

  /**
   * @throws {OpenEnvValidationError} @throws {OpenEnvExecutionError} when it takes too long
   * @throws {ProtocolError} as `EpisodeRegistry.open`
   */
  async reset(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    const { episode_id, ...options } = validateReset(data, this.#parts.registry.options.data);
    await this.#close('client');
    const late = new AbortController();
    const opening = this.#open({
      environment: this.#parts.environment,
      options,
      gradeMs: MAX_GRADE_MS,
      maxQueueMs: MAX_QUEUE_MS,
      client: this,
      playedBy: 'openenv',
      ...(episode_id === undefined ? {} : { episodeId: episode_id }),
      signal: AbortSignal.any([this.#leaving.signal, late.signal]),
    });
    const { episode, result } = await withDeadline(opening, ANSWER_MS, () => {
      const message = `No episode began within ${ANSWER_MS} ms: reset to try again.`;
      const error = new OpenEnvExecutionError(message, toldFailure({ ...OVERDUE, message }));
      late.abort(error);
      throw error;
    });
    if (this.#leaving.signal.aborted) {
      await episode.abandon('disconnect');
      throw new OpenEnvExecutionError('The session is closed.');
    }
    this.#episode = episode;
    this.#options = options;
    this.#episodeId = episode_id ?? episode.id;
    const { task, info } = result;
    this.#played = { task_id: task.id, dataset: task.dataset, seed: info.seed };
    return observed(result.observation, this.#played);
  }

  /** @throws {OpenEnvValidationError} @throws {OpenEnvExecutionError} also for a fault, which is never a reward */
  async step(data: Readonly<Record<string, unknown>>): Promise<OpenEnvObservation> {
    const validated = validateAction(data);
    const episode = this.#episode;
    if (episode === undefined) {
      throw new OpenEnvExecutionError(
        'No episode has begun on this connection: reset first. A new connection has no episode of an earlier one.',
      );
    }
    if (!episode.answersStep) {
      throw new OpenEnvExecutionError('The episode is over: reset to begin another.');
    }
    const graded = gradesCode(this.#options, episode);
    const action = withinLimit(validated, this.#parts.stepTimeoutMs, graded);
    const result = await withDeadline(episode.step(undefined, action, this.#parts.gate), ANSWER_MS, () => {
      this.#failure = toldFailure(OVERDUE);
      void episode.fail(OVERDUE);
      throw faulted(OVERDUE);
    });
    if (result.failure !== null) {
      this.#failure = toldFailure(result.failure);
      throw faulted(result.failure);
    }
    this.#success = result.info.success ?? this.#success;
    return stepped(result, this.#played);
  }

  state(): OpenEnvState {
    const begun = { episode_id: this.#episodeId, step_count: this.#episode?.state().step_count ?? 0 };
    if (this.#played === undefined) return begun;
    return { ...begun, ...this.#played, success: this.#success, failure: this.#failure };
  }

  /** Whether an episode is open. */
  get active(): boolean {
    return this.#episode !== undefined && !this.#episode.over;
  }

  /** End the episode at once. Never throws. */
  async leave(reason: EndReason): Promise<void> {
    this.#leaving.abort(new ClientGone());
    await this.#episode?.abandon(reason);
  }

  async #close(reason: EndReason): Promise<void> {
    const episode = this.#episode;
    this.#episode = undefined;
    this.#episodeId = null;
    this.#played = undefined;
    this.#success = null;
    this.#failure = null;
    await episode?.close(reason);
  }

  async #open(request: OpenRequest): Promise<OpenedEpisode> {
    try {
      return await this.#parts.registry.open(request);
    } catch (error) {
      const taken = error instanceof ProtocolError && error.error === 'episode_exists';
      if (!taken) throw error;
      const episodeId = `${request.episodeId?.slice(0, 100)}.${randomBytes(6).toString('hex')}`;
      return await this.#parts.registry.open({ ...request, episodeId });
    }
  }
}
