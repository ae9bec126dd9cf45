import type { Task } from '../../environments/environment.ts';
import { type Action, type ActionObject, parseAction } from '../../protocol/action.ts';
import type {
  EpisodeState,
  EvaluateResult,
  ResetOptions,
  ResumeResult,
  RewardMode,
  StepResult,
} from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Explanation } from '../../protocol/explanation.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { UndoResult } from '../../protocol/fork.ts';
import type { EndReason, EvaluateEvent, LimitEvent, StepEvent } from '../../protocol/trajectory.ts';
import { RequestQueue } from '../memory/request-queue.ts';
import type { StepGate } from '../memory/step-gate.ts';
import { observationHash, type TrajectoryFile } from '../trajectory/log.ts';
import { movedAway } from './claims.ts';
import { EpisodePast } from './episode-past.ts';
import {
  closeEvent,
  evaluateEvent,
  explanationEvent,
  limitEvent,
  resumeEvent,
  stepEvent,
  undoEvent,
} from './events.ts';
import { EpisodeLife } from './life.ts';
import { EpisodeLimits } from './limits.ts';
import type { EpisodeObserver, EpisodeParts, RecordedEnd } from './parts.ts';
import { type EpisodePoint, pastResults } from './point.ts';
import { EpisodePoints } from './points.ts';
import type { Remade } from './remake.ts';
import { StepResults } from './step-results.ts';
import { endOf, resultOf, type Turn, takeTurn, UNGRADED, wholeMicroseconds } from './turn.ts';

/**
 * One episode: ready → stepping → ready … → over → closed. Its requests run one after the other, each step exactly
 * once; its sandbox is released once, as soon as no step can follow.
 */
export class Episode {
  readonly id: string;
  readonly environment: string;
  /** SHA-256 of its resume token, in hex. */
  readonly tokenSha256: string;
  /** False if it was played again after its server had ended, and an observation differed. */
  readonly exact: boolean;
  /** Who has begun it; `null` if nobody says. */
  readonly client: string | null;
  readonly #task: Task;
  readonly #options: ResetOptions;
  readonly #past: EpisodePast;
  readonly #gradeMs: number | undefined;
  readonly #log: TrajectoryFile;
  readonly #observer: EpisodeObserver;
  readonly #now: () => number;
  readonly #began: number;
  readonly #results: StepResults;
  readonly #requests = new RequestQueue();
  readonly #limits: EpisodeLimits;
  readonly #life: EpisodeLife;
  readonly #points: EpisodePoints;
  #lastReward: number | null = null;
  /** Of the turn that was just taken. */
  #explanation: Explanation | undefined;
  /** Aborted when another connection takes the episode over: requests that have not begun are refused. */
  #holding: AbortController | undefined;
  /** Aborted when the episode is abandoned, for an undo in progress. */
  #leaving: AbortController | undefined;

  constructor(parts: EpisodeParts) {
    this.id = parts.id;
    this.environment = parts.environment;
    this.tokenSha256 = parts.tokenSha256;
    this.client = parts.playedBy ?? null;
    this.#task = parts.play.task;
    this.#options = parts.options;
    this.#gradeMs = parts.gradeMs;
    this.#log = parts.log;
    this.#observer = parts.observer;
    this.#now = parts.now;
    this.#results = new StepResults(parts.results, parts.log);
    const { left, point } = parts;
    this.#past = new EpisodePast(parts.log, parts.results, point?.past);
    if (point !== undefined) this.#results.goOnAfter(left?.results ?? pastResults(point));
    this.#lastReward = point?.lastReward ?? null;
    this.#life = new EpisodeLife(parts.play);
    this.exact = left?.exact ?? true;
    const ageMs = left?.ageMs ?? 0;
    this.#began = parts.now() - ageMs;
    this.#limits = new EpisodeLimits(parts.options, parts.now, () => void this.#timeIsOver(), ageMs);
    this.#limits.turns.goOnAfter(point?.past ?? []);
    const { environment, gradeMs, id: episodeId, options, seed } = parts;
    this.#points = new EpisodePoints({
      ...{ episodeId, environment, options, gradeMs, seed, task: this.#task },
      ...{ life: this.#life, past: this.#past, results: this.#results, turns: this.#limits.turns },
    });
    if (left?.end) this.#hasEnded(left.end);
  }

  /** Whether it takes no more steps. */
  get over(): boolean {
    return this.#life.over;
  }

  /** Whether the next step gets a result: its own, or that of an end by time that no client knows of yet. */
  get answersStep(): boolean {
    return !this.over || this.#results.hasUntoldEnd;
  }

  /** Turns that it has left; infinite without a limit. */
  get turnsLeft(): number {
    return this.#limits.turns.leftAfter(this.#results.count);
  }

  /** Those of its reset. */
  get tags(): readonly string[] {
    return this.#options.tags ?? [];
  }

  /** Path of its trajectory; `null` if none is kept. */
  get path(): string | null {
    return this.#log.path;
  }

  /** Whether a request is running or waiting. */
  get busy(): boolean {
    return this.#requests.busy;
  }

  /** Settles when every request made so far is answered. */
  settled(): Promise<unknown> {
    return this.#requests.settled();
  }

  /**
   * Make one step, or return the stored result of a step that was made before. `gate` decides when it begins; without one it
   * begins at once.
   * @throws {ProtocolError} `episode_over`, `step_out_of_order`, `step_mismatch`, `unsupported`; `episode_not_found` or
   * `shutting_down` if it is closed meanwhile; `internal_error` if the log could not be written: the step has then been made,
   * and the same number returns its result once the log can be written
   */
  step(number: number | undefined, action: Action, gate?: StepGate): Promise<StepResult> {
    const asked = this.#now();
    const { max_output_bytes: most } = this.#options;
    return this.#inOrder((left) =>
      gate === undefined
        ? this.#step(number, action, asked)
        : gate.pass(most, () => this.#step(number, action, asked), left),
    );
  }

  /** Grade now, without a step. @throws {ProtocolError} `episode_over`, `internal_error` */
  evaluate(): Promise<EvaluateResult> {
    const asked = this.#now();
    return this.#inOrder(() => this.#evaluate(this.#since(asked)));
  }

  /**
   * Another connection takes it over. A request that runs goes on; those of the other connection that have not begun get
   * `episode_not_found`.
   */
  moved(): void {
    this.#hold.abort(movedAway(this.id));
    this.#holding = undefined;
    this.#observer.resumed(this.environment, 'socket');
    const note = async (): Promise<void> => {
      if (this.over || this.#life.abandoned) return;
      await this.#log.write(resumeEvent(this.#results.count, this.exact));
    };
    // A line that cannot be written stays pending, and the next step reports it.
    this.#requests.run(note).catch(() => {});
  }

  /**
   * What the connection that has taken it over learns, without waiting for requests.
   * @throws {ProtocolError} `episode_not_found` if it is taken over again meanwhile
   */
  resumed(gate: StepGate): Promise<ResumeResult> {
    const look = async (): Promise<ResumeResult> => {
      const { episode_id, environment, task, status, step_count } = this.state();
      const last = await this.#results.result(step_count);
      const { exact } = this;
      return { episode_id, environment, task, status, step_count, ...(last && { last }), exact };
    };
    return gate.pass(this.#options.max_output_bytes, look, this.#hold.signal);
  }

  /**
   * Where forks go on from, after the requests made so far.
   * @param atStep @default the last step after which the episode went on
   * @param enter asked before the sandbox is copied, which takes up to 36 MiB: whether there is room
   * @throws {ProtocolError} `invalid_params`, `episode_over`, `episode_not_found`, `unsupported`, `internal_error`; `capacity`
   * if only a copy makes the state again, and there is no room
   */
  pointAt(atStep: number | undefined, enter: () => boolean): Promise<EpisodePoint> {
    return this.#inOrder(async () => {
      await this.#log.flush();
      if (this.#life.status === 'closed' || this.#life.abandoned) this.#refuseUnlessOpen();
      return this.#points.forkAt(atStep, this.#lastReward, enter);
    });
  }

  /**
   * Take steps back: the episode goes on in the sandbox that `remake` gives. If that fails, nothing has changed.
   * @throws {ProtocolError} `invalid_params`, `episode_over`, `unsupported`, and the errors of `remake`; `internal_error` with
   * `undone: true` if it has been made, but the log could not be written
   */
  undo(
    steps: number,
    remake: (point: EpisodePoint, signal: AbortSignal) => Promise<Remade>,
  ): Promise<UndoResult> {
    return this.#inOrder(async () => {
      await this.#log.flush();
      if (this.#limits.leftMs <= 0) await this.#endByTime();
      this.#refuseUnlessOpen();
      this.#leaving ??= new AbortController();
      const { signal } = this.#leaving;
      const { lastReward, restored, sandbox, step } = await this.#points.undo(
        steps,
        (point) => remake(point, signal),
        () => this.#refuseUnlessOpen(),
      );
      this.#lastReward = lastReward;
      try {
        await this.#log.write(undoEvent({ steps, to_step: step, ...restored, ...(sandbox && { sandbox }) }));
      } catch (error) {
        throw undoneBut(error, step);
      }
      return { episode_id: this.id, step_count: step, ...restored };
    });
  }

  /** The current state, without waiting for requests. */
  state(): EpisodeState {
    const { id, index, dataset, instruction } = this.#task;
    const { count, last, end } = this.#results;
    const { failure } = this.#life;
    return {
      episode_id: this.id,
      environment: this.environment,
      task: { id, index, dataset, instruction },
      status: this.#life.status,
      step_count: count,
      age_ms: this.#now() - this.#began,
      last_reward: this.#lastReward,
      terminated: last?.terminated ?? false,
      truncated: last?.truncated || end !== undefined || failure !== null,
      failure,
    };
  }

  /** Close after the requests made so far. @throws {ProtocolError} `internal_error` if the log could not be written */
  close(reason: EndReason): Promise<void> {
    return this.#requests.run(async () => {
      if (this.#life.status === 'closed') return;
      const wasOver = this.over;
      this.#life.close();
      const ended = wasOver ? undefined : this.#end(reason);
      this.#results.forget();
      await Promise.resolve(ended).finally(() => this.#log.close());
    });
  }

  /**
   * Close without waiting for a running request: the sandbox is released at once; the request gets an error and is not
   * recorded. Never throws.
   */
  async abandon(reason: EndReason): Promise<void> {
    this.#life.abandon(reason);
    this.#leaving?.abort();
    try {
      await this.close(reason);
    } catch (error) {
      this.#observer.logFailed(this.id, error);
    }
  }

  /** Abandon it for a fault that is seen from outside, e.g. a step that takes too long. Never throws. */
  fail(failure: Failure): Promise<void> {
    this.#observer.faulted(this.id, failure, undefined);
    return this.abandon('failure');
  }

  /** Run a request of the connection that has the episode, unless another one has it when its turn comes. */
  #inOrder<T>(request: (left: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#hold;
    return this.#requests.run(() => (signal.aborted ? Promise.reject(signal.reason) : request(signal)));
  }

  /** It ended while a server of before had it. */
  #hasEnded({ closed, failure, reason, result }: RecordedEnd): void {
    this.#limits.stop();
    this.#life.end(reason, failure);
    if (result !== undefined) this.#results.endWith(result);
    this.#lastReward = result?.reward ?? this.#lastReward;
    const close = async (): Promise<void> => {
      if (!closed) await this.#log.write(closeEvent(reason, this.#results.count));
      await this.#log.close();
    };
    this.#requests.run(close).catch((error: unknown) => this.#observer.logFailed(this.id, error));
  }

  /** Made when a request asks for it: a controller takes a tenth of the time in which an episode is made. */
  get #hold(): AbortController {
    this.#holding ??= new AbortController();
    return this.#holding;
  }

  get #mode(): RewardMode {
    return this.#options.reward ?? 'on_end';
  }

  #refuseUnlessOpen(): void {
    this.#life.refuseUnlessOpen(this.id, this.#results.count);
  }

  #since(asked: number): number {
    return wholeMicroseconds(this.#now() - asked);
  }

  /** @param asked when it was requested */
  async #step(number: number | undefined, action: Action, asked: number): Promise<StepResult> {
    const queueMs = this.#since(asked);
    const flushed = this.#log.flush();
    if (flushed !== undefined) await flushed;
    if (this.#limits.leftMs <= 0) await this.#endByTime();
    const end = this.#results.endFor(number);
    if (end !== undefined) return end;
    const next = this.#results.count + 1;
    const meant = parseAction(action);
    if (number !== undefined && number < next) return this.#results.again(number, meant);
    this.#refuseUnlessOpen();
    if (number !== undefined && number > next) {
      throw new ProtocolError('step_out_of_order', `Step ${number} is ahead; step ${next} is next.`, {
        expected: next,
      });
    }
    const began = this.#now();
    const turn = await this.#take(meant, next);
    const result = resultOf(next, turn, queueMs);
    const { observation, reward } = result;
    this.#results.add(meant, result);
    this.#lastReward = reward ?? this.#lastReward;
    this.#observer.stepped(this.environment, (this.#now() - began) / 1000);
    const hash = observationHash(observation);
    // Only large values are worth a turn of the event loop.
    const sha256 = typeof hash === 'string' ? hash : await hash;
    this.#past.add({ step: next, action: meant, sha256, reward });
    const settled = this.#settle(endOf(result), stepEvent(action, result, sha256));
    if (settled !== undefined) await settled;
    return result;
  }

  /** Never throws. */
  #timeIsOver(): Promise<void> {
    return this.#requests.run(async () => {
      try {
        await this.#endByTime();
      } catch (error) {
        // The close that follows an abandonment reports the log's faults.
        if (!this.#life.abandoned) this.#observer.logFailed(this.id, error);
      }
    });
  }

  /**
   * End the episode between two steps: grade it as its reward mode asks, and release its sandbox. The next step returns this
   * end and is not made.
   */
  async #endByTime(): Promise<void> {
    if (this.over || this.#life.abandoned) return;
    const step = this.#results.count + 1;
    const result = resultOf(step, { ...(await this.#lastTurn()), limit: 'time' }, 0);
    this.#results.endWith(result);
    this.#lastReward = result.reward ?? this.#lastReward;
    await this.#settle(endOf(result), limitEvent(this.#results.count, result));
  }

  async #lastTurn(): Promise<Turn> {
    if (this.#mode !== 'on_submit') return this.#take({ evaluate: true }, 0);
    return UNGRADED;
  }

  async #evaluate(queueMs: number): Promise<EvaluateResult> {
    await this.#log.flush();
    if (this.#limits.leftMs <= 0) await this.#endByTime();
    this.#refuseUnlessOpen();
    const { failure, info, observation, reward } = await this.#take({ evaluate: true }, 0);
    // An evaluate has no observation to hold it.
    const { feedback } = observation;
    const facts = feedback === undefined ? info : { ...info, feedback };
    const result = { reward, failure, info: { ...facts, queue_ms: queueMs } };
    this.#lastReward = reward;
    this.#past.add({ step: this.#results.count, action: null, sha256: null, reward });
    const end = failure === null ? undefined : 'failure';
    await this.#settle(end, evaluateEvent(this.#results.count, result));
    return result;
  }

  /** @throws {ProtocolError} when the action is refused, or the episode abandoned meanwhile; it is no step then */
  async #take(action: ActionObject, step: number): Promise<Turn> {
    const play = this.#life.begin();
    try {
      const turn = await takeTurn(play, action, {
        mode: this.#mode,
        leftMs: this.#limits.leftMs,
        gradeMs: this.#gradeMs,
        step,
        budget: this.#limits.turns,
        limits: this.#limits,
        explains: this.#log.path !== null,
      });
      this.#explanation = turn.explanation;
      // If it was abandoned meanwhile, a fault of its released sandbox is not a fault of the infrastructure.
      this.#refuseUnlessOpen();
      if (turn.failure !== null) this.#observer.faulted(this.id, turn.failure, turn.cause);
      return turn;
    } catch (error) {
      this.#life.goOn();
      throw error;
    }
  }

  /** After a turn: get ready for the next one, or end the episode for the reason `end`. */
  #settle(end: EndReason | undefined, event: StepEvent | EvaluateEvent | LimitEvent): void | Promise<void> {
    if (end !== undefined) return this.#settleLast(end, event);
    this.#life.goOn();
    return this.#writeTurn(event);
  }

  /** The line of a turn, and the explanation of its grade. */
  #writeTurn(event: StepEvent | EvaluateEvent | LimitEvent): void | Promise<void> {
    const explanation = this.#explanation;
    this.#explanation = undefined;
    const written = this.#log.write(event);
    if (explanation === undefined) return written;
    const next = explanationEvent(this.#results.count, explanation);
    return written === undefined ? this.#log.write(next) : written.then(() => this.#log.write(next));
  }

  async #settleLast(end: EndReason, event: StepEvent | EvaluateEvent | LimitEvent): Promise<void> {
    this.#life.end(end, event.failure);
    try {
      await this.#writeTurn(event);
    } finally {
      await this.#end(end);
    }
  }

  /** Count the end of the episode and write the last line of its log. Called once. */
  async #end(reason: EndReason): Promise<void> {
    this.#limits.stop();
    this.#observer.ended(this.environment, reason);
    await this.#log.write(closeEvent(reason, this.#results.count));
    await this.#log.close();
  }
}

/** The error of an undo whose line could not be written. The line stays pending. @param step the last one that is left */
function undoneBut(error: unknown, step: number): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const message = `The undo has been made: step ${step + 1} is next. ${error.message}`;
  return new ProtocolError(error.error, message, { ...error.details, undone: true, step_count: step });
}
