import type { Action } from '../../protocol/action.ts';
import type { EpisodeState, EvaluateResult, ResetResult, StepResult } from '../../protocol/episode.ts';
import type { Restored, UndoResult } from '../../protocol/fork.ts';
import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import { EpisodeLostError, UnansweredError } from './call-errors.ts';
import { EpisodeNotFoundError, RemoteError, remoteError, StepOutOfOrderError } from './errors.ts';
import type { Call, CallOptions } from './pending-call.ts';

/** What an episode needs of its client. */
export interface EpisodeLink {
  call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options: CallOptions & Pick<Call, 'step' | 'onLateResult'>,
  ): Promise<Result<M>>;
  /** The server's deadline of a step that names none, in milliseconds. */
  readonly stepTimeoutMs: number;
  /** The client's deadline of a call, in milliseconds. */
  readonly timeoutMs: number;
  /** Called when the episode has ended or is being closed. */
  onOver(): void;
  /** A fork has begun after so many steps. */
  onFork(reset: ResetResult, stepCount: number): Episode;
  /** Called with each fork that begins after its call was cancelled. */
  onLate(late: { readonly episode_id: string }): void;
}

export interface ForkOptions extends CallOptions {
  /** The forks begin after this step; 0: after the reset. @default the last step after which the episode went on */
  readonly atStep?: number;
  /** Number of forks, 1 to 64. @default 1 */
  readonly count?: number;
}

/** An independent episode that goes on from a state of another one, or why it could not begin. */
export type Fork =
  | (Pick<Restored, 'how' | 'exact'> & {
      readonly episode: Episode;
      /** What it lacks, or has only started again, in words. */
      readonly notCarried: readonly string[];
    })
  | { readonly error: RemoteError };

export interface StepOptions extends CallOptions {
  /** Request this step instead of the next one: a step already done returns its stored result. */
  readonly step?: number;
}

/** Time for grading and for the network, beside a step's own deadline. */
const STEP_MARGIN_MS = 60_000;
/**
 * Least default deadline of what grades or plays an episode again, in milliseconds. On a busy machine, a grade waits for a second
 * sandbox, runs the gold or the tests, and all of it once more if it may have been killed: more than six minutes at its limits.
 */
const PLAY_MS = 600_000;

/**
 * One play of one task. Steps are numbered 1, 2, 3 … as they are requested, so that the server runs each exactly
 * once; a step may be requested before earlier ones are answered, and they run in order. After an `UnansweredError`
 * repeat the step with its number: `episode.step(action, { step: error.step })`.
 */
export class Episode implements AsyncDisposable {
  readonly id: string;
  readonly resumeToken: string;
  readonly task: ResetResult['task'];
  /** What the agent sees first: `output` is the task's instruction. */
  readonly observation: ResetResult['observation'];
  /** Facts about the episode: seed, image, engine, isolation. */
  readonly info: ResetResult['info'];
  readonly #link: EpisodeLink;
  #nextStep: number;
  /** Whether the server may have taken steps back that this episode still counts. */
  #undoLost = false;
  #closing: Promise<void> | null = null;

  /** @param stepCount steps that a fork begins with */
  constructor(link: EpisodeLink, reset: ResetResult, stepCount = 0) {
    this.#link = link;
    this.#nextStep = stepCount + 1;
    this.id = reset.episode_id;
    this.resumeToken = reset.resume_token;
    this.task = reset.task;
    this.observation = reset.observation;
    this.info = reset.info;
  }

  /** Number of the next step. */
  get nextStep(): number {
    return this.#nextStep;
  }

  /**
   * Run an action and see what it did.
   * @param action code as a plain string, or an action object such as `{ code, stdin, timeout_ms }`
   * @throws {EpisodeOverError} the episode has ended
   */
  async step(action: Action, options: StepOptions = {}): Promise<StepResult> {
    const { timeoutMs = this.deadlineOf(action), signal } = options;
    const step = this.takeNumber(options.step);
    try {
      const params = { episode_id: this.id, step, action };
      const result = await this.#link.call('episode/step', params, { timeoutMs, signal, step });
      this.stepped(step, result);
      return result;
    } catch (error) {
      // It did not run if it was refused for its number.
      if (options.step === undefined && this.giveNumberBack(step, error)) return this.step(action, options);
      throw error;
    }
  }

  /** The number of a step that is about to be requested; for `stepMany`. @param step as the caller chose it */
  takeNumber(step?: number): number {
    if (step !== undefined) return step;
    this.#nextStep += 1;
    return this.#nextStep - 1;
  }

  /** A step has a result; for `stepMany`. */
  stepped(step: number, { terminated, truncated }: StepResult): void {
    this.#nextStep = Math.max(this.#nextStep, step + 1);
    this.#undoLost = false;
    if (terminated || truncated) this.#link.onOver();
  }

  /**
   * A step has failed: if it was refused or never sent, no step ran, so its number is free again; for `stepMany`.
   * @returns whether it was refused because an undo without an answer was made; the next step now has the right number
   */
  giveNumberBack(step: number, error: unknown): boolean {
    const free = error instanceof RemoteError || (error instanceof UnansweredError && !error.mayHaveRun);
    if (free) this.#nextStep = Math.min(this.#nextStep, step);
    const expected = error instanceof StepOutOfOrderError ? error.details.expected : undefined;
    if (!this.#undoLost || typeof expected !== 'number' || expected >= step) return false;
    this.#nextStep = expected;
    this.#undoLost = false;
    return true;
  }

  /** It goes on after so many steps, on another socket; for the client. */
  resumed(stepCount: number): void {
    // An undo may still run: the flag stays.
    if (this.#undoLost) this.#nextStep = Math.min(this.#nextStep, stepCount + 1);
  }

  /** The deadline of a call that makes a step, in milliseconds; for `stepMany`. */
  deadlineOf(action: Action): number {
    if (typeof action === 'object' && 'submit' in action) return this.#playMs;
    const own = typeof action === 'object' && 'code' in action ? action.timeout_ms : undefined;
    return Math.max(this.#link.timeoutMs, (own ?? this.#link.stepTimeoutMs) + STEP_MARGIN_MS);
  }

  get #playMs(): number {
    return Math.max(this.#link.timeoutMs, PLAY_MS);
  }

  /** End the episode and grade it. `answer` replaces the last output where the environment allows it. */
  submit(answer?: string, options?: StepOptions): Promise<StepResult> {
    return this.step(answer === undefined ? { submit: true } : { submit: true, answer }, options);
  }

  /** End the episode ungraded, with reward 0. */
  skip(options?: StepOptions): Promise<StepResult> {
    return this.step({ skip: true }, options);
  }

  /** Grade the present state and go on; this is no step. */
  evaluate(options: CallOptions = {}): Promise<EvaluateResult> {
    const { timeoutMs = this.#playMs, signal } = options;
    return this.#link.call('episode/evaluate', { episode_id: this.id }, { timeoutMs, signal, step: null });
  }

  /**
   * Independent episodes that go on from the present state or an earlier one, each with its own id, limits and sandbox. This
   * one stays as it is, and may be over. If the call was cancelled and forks begin late, they are closed.
   * @throws {EpisodeOverError} the step `atStep` ended the episode
   */
  async fork({ atStep, count, ...options }: ForkOptions = {}): Promise<readonly Fork[]> {
    const params = { episode_id: this.id, at_step: atStep, count };
    const onLateResult = (late: unknown) => {
      for (const entry of (late as Result<'episode/fork'>).episodes) {
        if (!('error' in entry)) this.#link.onLate(entry);
      }
    };
    const { episodes } = await this.#link.call('episode/fork', params, {
      timeoutMs: this.#playMs,
      ...options,
      step: null,
      onLateResult,
    });
    return episodes.map((entry): Fork => {
      if ('error' in entry) return { error: remoteError(entry.error) };
      const { how, exact, not_carried: notCarried, step_count, episode_id, resume_token } = entry;
      const { task, observation, info } = this;
      const reset = { episode_id, resume_token, task, observation, info };
      return { episode: this.#link.onFork(reset, step_count), how, exact, notCarried };
    });
  }

  /**
   * Go back in place: the last steps count as not made. Await the steps before; those after get the numbers again.
   * @param steps number of steps to take back @default 1
   * @throws {InterruptedError} the socket was lost: `state()` tells how many steps are left, and the next step gets its number
   * @throws {EpisodeOverError} the episode has ended: fork it at an earlier step instead
   */
  async undo(steps = 1, options?: CallOptions): Promise<UndoResult> {
    const params = { episode_id: this.id, steps };
    try {
      const result = await this.#link.call('episode/undo', params, {
        timeoutMs: this.#playMs,
        ...options,
        step: null,
      });
      this.#nextStep = result.step_count + 1;
      this.#undoLost = false;
      return result;
    } catch (error) {
      this.#undoLost ||= error instanceof UnansweredError && error.mayHaveRun;
      throw error;
    }
  }

  state(options?: CallOptions): Promise<EpisodeState> {
    return this.#link.call('episode/state', { episode_id: this.id }, { ...options, step: null });
  }

  /** Give the sandbox back. An episode that the server no longer has is closed already; a second call waits for the first. */
  close(options?: CallOptions): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  /** Closes the episode. Does not throw: a fault here would hide the one that ended the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => undefined);
  }

  async #close(options?: CallOptions): Promise<void> {
    this.#link.onOver();
    try {
      await this.#link.call('episode/close', { episode_id: this.id }, { ...options, step: null });
    } catch (error) {
      if (!(error instanceof EpisodeNotFoundError || error instanceof EpisodeLostError)) throw error;
    }
  }
}
