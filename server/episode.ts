import type { EnvironmentEpisode, Task } from '../environments/environment.ts';
import { type Action, type ActionObject, parseAction } from '../protocol/action.ts';
import type {
  EpisodeState,
  EvaluateResult,
  ResetOptions,
  RewardMode,
  StepResult,
} from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Failure } from '../protocol/failure.ts';
import type { EndReason, TrajectoryEvent } from '../protocol/trajectory.ts';
import { EpisodeLimits } from './episode-limits.ts';
import type { EpisodeObserver, EpisodeParts } from './episode-parts.ts';
import { EpisodeLife } from './episode-status.ts';
import { RequestQueue } from './request-queue.ts';
import { releasePlay } from './resets.ts';
import type { StepGate } from './step-gate.ts';
import { endOf, resultOf, UNGRADED } from './step-result.ts';
import { StepResults } from './step-results.ts';
import { observationHash, type TrajectoryFile } from './trajectory-log.ts';
import { type Turn, takeTurn } from './turn.ts';

/**
 * One episode: ready → stepping → ready … → over → closed. Its requests run one after the other, each step exactly
 * once; its sandbox is released once, as soon as no step can follow.
 */
export class Episode {
  readonly id: string;
  readonly environment: string;
  readonly resumeToken: string;
  readonly #task: Task;
  /** `null` once it is released: it holds what the agent saw last. */
  #play: EnvironmentEpisode | null;
  readonly #options: ResetOptions;
  readonly #gradeMs: number | undefined;
  readonly #log: TrajectoryFile;
  readonly #observer: EpisodeObserver;
  readonly #now: () => number;
  readonly #began: number;
  readonly #results: StepResults;
  readonly #requests = new RequestQueue();
  readonly #limits: EpisodeLimits;
  readonly #life = new EpisodeLife();
  #lastReward: number | null = null;
  #failure: Failure | null = null;
  #ended: EndReason | undefined;
  #abandoned: EndReason | undefined;

  constructor(parts: EpisodeParts) {
    this.id = parts.id;
    this.environment = parts.environment;
    this.resumeToken = parts.resumeToken;
    this.#task = parts.play.task;
    this.#play = parts.play;
    this.#options = parts.options;
    this.#gradeMs = parts.gradeMs;
    this.#log = parts.log;
    this.#observer = parts.observer;
    this.#now = parts.now;
    this.#results = new StepResults(parts.results);
    this.#began = parts.now();
    this.#limits = new EpisodeLimits(parts.options, parts.now, () => void this.#timeIsOver());
  }

  /** Whether it takes no more steps. */
  get over(): boolean {
    return this.#life.over;
  }

  /** Whether the next step is answered: one can be made, or there is an end by time to be told. */
  get answersStep(): boolean {
    return !this.over || this.#results.hasUntoldEnd;
  }

  /** Whether a request of it is running or waiting. */
  get busy(): boolean {
    return this.#requests.busy;
  }

  /** Settles when every request made so far is answered. */
  settled(): Promise<unknown> {
    return this.#requests.settled();
  }

  /**
   * Make one step, or return the stored result of a step already made. `gate` lets it begin; without one it does at once.
   * @throws {ProtocolError} `episode_over`, `step_out_of_order`, `step_mismatch`, `unsupported`; `episode_not_found` or
   * `shutting_down` when it is closed meanwhile; `internal_error` when the log is not written: the step has then been made, and
   * the same number returns its result once the log can be written
   */
  step(number: number | undefined, action: Action, gate?: StepGate): Promise<StepResult> {
    const step = (): Promise<StepResult> => this.#step(number, action);
    const { max_output_bytes: most } = this.#options;
    return this.#requests.run(gate === undefined ? step : () => gate.pass(most, step));
  }

  /** Grade now, without a step. @throws {ProtocolError} `episode_over`, `internal_error` */
  evaluate(): Promise<EvaluateResult> {
    return this.#requests.run(() => this.#evaluate());
  }

  /** Facts of this moment; it waits for nothing. */
  state(): EpisodeState {
    const { id, index, dataset, instruction } = this.#task;
    const { count, last, end } = this.#results;
    return {
      episode_id: this.id,
      environment: this.environment,
      task: { id, index, dataset, instruction },
      status: this.#life.status,
      step_count: count,
      age_ms: this.#now() - this.#began,
      last_reward: this.#lastReward,
      terminated: last?.terminated ?? false,
      truncated: last?.truncated || end !== undefined || this.#failure !== null,
      failure: this.#failure,
    };
  }

  /** Close after the requests made so far. @throws {ProtocolError} `internal_error` when the log is not written */
  close(reason: EndReason): Promise<void> {
    return this.#requests.run(async () => {
      if (this.#life.status === 'closed') return;
      const wasOver = this.#life.status === 'over';
      this.#life.moveTo('closed');
      const ended = wasOver ? undefined : this.#end(reason);
      this.#results.forget();
      await Promise.resolve(ended).finally(() => this.#log.close());
    });
  }

  /**
   * Close without waiting for a running request: its sandbox is taken away at once, and it is answered with an error and
   * not recorded. Never throws.
   */
  async abandon(reason: EndReason): Promise<void> {
    this.#abandoned ??= reason;
    this.#release();
    try {
      await this.close(reason);
    } catch (error) {
      this.#observer.logFailed(this.id, error);
    }
  }

  /** Abandon it for a fault that shows from outside, e.g. a step that takes too long. Never throws. */
  fail(failure: Failure): Promise<void> {
    this.#observer.faulted(this.id, failure, undefined);
    return this.abandon('failure');
  }

  get #mode(): RewardMode {
    return this.#options.reward ?? 'on_end';
  }

  #refuseWhenOver(): void {
    this.#life.refuseWhenOver(this.id, this.#ended, this.#results.count);
    this.#refuseWhenAbandoned();
  }

  #refuseWhenAbandoned(): void {
    if (this.#abandoned === undefined) return;
    const error = this.#abandoned === 'shutdown' ? 'shutting_down' : 'episode_not_found';
    throw new ProtocolError(error, `Episode ${this.id} is being closed.`);
  }

  async #step(number: number | undefined, action: Action): Promise<StepResult> {
    const flushed = this.#log.flush();
    if (flushed !== undefined) await flushed;
    if (this.#limits.leftMs <= 0) await this.#endByTime();
    const end = this.#results.endFor(number);
    if (end !== undefined) return end;
    const next = this.#results.count + 1;
    const meant = parseAction(action);
    if (number !== undefined && number < next) return this.#results.again(number, meant);
    this.#refuseWhenOver();
    if (number !== undefined && number > next) {
      throw new ProtocolError('step_out_of_order', `Step ${number} lies ahead; step ${next} is next.`, {
        expected: next,
      });
    }
    const began = this.#now();
    const turn = await this.#take(meant, next);
    const result = resultOf(next, turn);
    this.#results.add(meant, result);
    this.#lastReward = result.reward ?? this.#lastReward;
    this.#observer.stepped(this.environment, (this.#now() - began) / 1000);
    await this.#settle(endOf(result), {
      event: 'step',
      time: new Date().toISOString(),
      action,
      ...result,
      observation_sha256: await observationHash(result.observation),
    });
    return result;
  }

  /** Never throws. */
  async #timeIsOver(): Promise<void> {
    try {
      await this.#requests.run(() => this.#endByTime());
    } catch (error) {
      // Whoever abandons an episode closes it, too.
      if (this.#abandoned === undefined) this.#observer.logFailed(this.id, error);
    }
  }

  /**
   * End the episode between two steps: graded as its reward mode has it, its sandbox given back. The next step is told, and
   * not made.
   */
  async #endByTime(): Promise<void> {
    if (this.over || this.#abandoned !== undefined) return;
    const step = this.#results.count + 1;
    const result = resultOf(step, { ...(await this.#lastTurn(step)), limit: 'time' });
    this.#results.endWith(result);
    this.#lastReward = result.reward ?? this.#lastReward;
    const { reward, failure, info } = result;
    await this.#settle(endOf(result), {
      event: 'limit',
      time: new Date().toISOString(),
      after_step: this.#results.count,
      reward,
      failure,
      info,
    });
  }

  async #lastTurn(step: number): Promise<Turn> {
    if (this.#mode !== 'on_submit') return this.#take({ evaluate: true }, step);
    this.#life.moveTo('stepping');
    return UNGRADED;
  }

  async #evaluate(): Promise<EvaluateResult> {
    await this.#log.flush();
    if (this.#limits.leftMs <= 0) await this.#endByTime();
    this.#refuseWhenOver();
    const { failure, info, observation, reward } = await this.#take({ evaluate: true }, 0);
    // There is no observation that could carry it.
    const { feedback } = observation;
    const result = { reward, failure, info: feedback === undefined ? info : { ...info, feedback } };
    this.#lastReward = reward;
    await this.#settle(failure === null ? undefined : 'failure', {
      event: 'evaluate',
      time: new Date().toISOString(),
      after_step: this.#results.count,
      ...result,
    });
    return result;
  }

  /** @throws {ProtocolError} when the action is refused, or the episode abandoned meanwhile; it is no step then */
  async #take(action: ActionObject, step: number): Promise<Turn> {
    this.#life.moveTo('stepping');
    try {
      if (this.#play === null) throw new Error('a step of an episode whose sandbox is released');
      const turn = await takeTurn(this.#play, action, {
        mode: this.#mode,
        leftMs: this.#limits.leftMs,
        gradeMs: this.#gradeMs,
        limit: () => this.#limits.reachedBy(step),
      });
      // Its sandbox was taken away from under it: what it came to is no fault, and nobody is told of it.
      this.#refuseWhenAbandoned();
      this.#failure = turn.failure;
      if (turn.failure !== null) this.#observer.faulted(this.id, turn.failure, turn.cause);
      return turn;
    } catch (error) {
      this.#life.moveTo('ready');
      throw error;
    }
  }

  /** After a turn: on to the next one or, where there is a reason, to the end. */
  async #settle(end: EndReason | undefined, event: TrajectoryEvent): Promise<void> {
    this.#life.moveTo(end === undefined ? 'ready' : 'over');
    try {
      await this.#log.write(event);
    } finally {
      if (end !== undefined) await this.#end(end);
    }
  }

  /** The end of the episode, once: the sandbox goes back, the log gets its last line. */
  async #end(reason: EndReason): Promise<void> {
    this.#ended = reason;
    this.#limits.stop();
    this.#release();
    this.#observer.ended(this.environment, reason);
    const time = new Date().toISOString();
    await this.#log.write({ event: 'close', time, reason, steps: this.#results.count });
    await this.#log.close();
  }

  #release(): void {
    const play = this.#play;
    this.#play = null;
    if (play !== null) releasePlay(play);
  }
}
