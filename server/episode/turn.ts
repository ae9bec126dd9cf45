import type { EnvironmentEpisode, Grade } from '../../environments/environment.ts';
import { bounded } from '../../environments/explanation/bounded.ts';
import { type FailurePhase, failureOf } from '../../environments/failure.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { Observation, RewardMode, StepInfo, StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Explanation } from '../../protocol/explanation.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { EndReason } from '../../protocol/trajectory.ts';
import type { EpisodeLimits, Limit } from './limits.ts';
import { TurnBudget } from './turn-budget.ts';
import { noteTurn } from './turn-note.ts';

/** The outcome of one action. */
export interface Turn {
  readonly observation: Observation;
  readonly reward: number | null;
  readonly terminated: boolean;
  /** The limit that this turn has reached, which ends the episode. */
  readonly limit: Limit | undefined;
  readonly failure: Failure | null;
  /** The error behind a failure. */
  readonly cause?: unknown;
  readonly info: StepInfo;
  /** Why the reward is what it is, for the trajectory alone. */
  readonly explanation?: Explanation | undefined;
}

export interface TurnOptions {
  readonly mode: RewardMode;
  /** Number of the step. @default 0: a grade between steps */
  readonly step?: number;
  /** The turns of the episode. @default no limit, and no reminder */
  readonly budget?: TurnBudget;
  /** Remaining time of the episode, in milliseconds. @default no limit */
  readonly leftMs?: number;
  /** Maximum time of a grade that the agent's work may use, in milliseconds. @default the environment's own limits */
  readonly gradeMs?: number | undefined;
  /** The limits of the episode, looked at after the action. @default none */
  readonly limits?: EpisodeLimits;
  /** Whether a grade is explained. @default false */
  readonly explains?: boolean;
}

/** Maximum of an action's code and input together, in bytes: what every engine can pass to a sandbox in one piece. */
const MOST_CODE_BYTES = 16 * 1024 * 1024;
const NOTHING_SEEN: Observation = { output: '' };
const NO_LIMIT = new TurnBudget({});

/**
 * Run one action and grade it if due: for a submit or an evaluate, with `every_step` after each action, with `on_end` after
 * the one that reaches a limit. A fault of the infrastructure is returned as `failure` with `reward: null`.
 * With `every_step`, the episode goes on at reward 1, too, as InterCode's environment does. The loop of InterCode's
 * experiments stops there.
 *
 * @throws {ProtocolError} if the action is refused; nothing has run then
 */
export async function takeTurn(
  play: EnvironmentEpisode,
  action: ActionObject,
  options: TurnOptions,
): Promise<Turn> {
  const { budget = NO_LIMIT, step = 0 } = options;
  const turn = await act(play, budget.meant(action), options);
  if (step === 0 || turn.failure !== null) return turn;
  const observation = budget.reminded(turn.observation, step);
  return observation === turn.observation ? turn : { ...turn, observation };
}

async function act(
  play: EnvironmentEpisode,
  action: ActionObject,
  {
    mode,
    step = 0,
    budget = NO_LIMIT,
    leftMs = Number.POSITIVE_INFINITY,
    gradeMs,
    limits,
    explains,
  }: TurnOptions,
): Promise<Turn> {
  if ('skip' in action) {
    return {
      observation: { output: 'skipped' },
      reward: 0,
      terminated: true,
      limit: undefined,
      failure: null,
      info: { duration_ms: 0, grade_ms: 0, success: false },
    };
  }
  if ('code' in action) refuseHuge(action);
  noteTurn(play.sandbox, step, action);
  let observation = NOTHING_SEEN;
  let info: StepInfo = { duration_ms: 0, grade_ms: 0 };
  let phase: FailurePhase = 'action';
  let acted = false;
  let reached: Limit | undefined;
  try {
    if ('code' in action) {
      const outcome = await play.act(action, leftMs);
      acted = true;
      observation = outcome.observation;
      const { durationMs, info: facts } = outcome;
      // Built at once in the usual case: each step pays for what is copied.
      info =
        facts === undefined
          ? { duration_ms: durationMs, grade_ms: 0 }
          : { ...info, duration_ms: durationMs, ...facts };
    }
    if ('extend' in action) {
      observation = budget.extend(step, action.extend);
      acted = true;
    }
    const submitted = 'submit' in action;
    const reachedNow = limits?.reachedBy(step);
    reached = submitted ? undefined : reachedNow;
    if (('code' in action || 'extend' in action) && !isGraded(mode, reached)) {
      return { observation, reward: null, terminated: false, limit: reached, failure: null, info };
    }
    phase = 'grading';
    const final = submitted || reached !== undefined;
    const grade = await play.grade({
      final,
      ...(submitted ? { answer: action.answer, mayGoOn: reachedNow === undefined } : {}),
      ...(gradeMs === undefined ? {} : { atMostMs: gradeMs }),
    });
    const { next } = grade;
    return {
      observation: withFeedback(next ?? observation, grade),
      reward: checked(grade).reward,
      terminated: submitted && next === undefined,
      limit: reached,
      failure: null,
      explanation: explains ? await explained(checked(grade)) : undefined,
      info: {
        ...info,
        ...grade.info,
        duration_ms: info.duration_ms,
        grade_ms: grade.durationMs,
        ...(grade.reward === null ? {} : { success: grade.success }),
        reward_components: { ...grade.components },
      },
    };
  } catch (error) {
    if (error instanceof ProtocolError && !acted) throw error;
    const failure = failureOf(error, phase, acted);
    return { observation, reward: null, terminated: false, limit: reached, failure, info, cause: error };
  }
}

/** An explanation that fails leaves the reward as it is. */
async function explained({ explain }: Grade): Promise<Explanation | undefined> {
  try {
    return explain && bounded(await explain());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return bounded({ kind: 'none', components: [], notes: [`The reward could not be explained: ${reason}`] });
  }
}

function isGraded(mode: RewardMode, reached: Limit | undefined): boolean {
  return mode === 'every_step' || (mode === 'on_end' && reached !== undefined);
}

/** Refuse an action that is too large for any sandbox: it must not become a failure, which an agent could cause. */
function refuseHuge({ code, stdin = '' }: Extract<ActionObject, { code: string }>): void {
  if ((code.length + stdin.length) * 3 <= MOST_CODE_BYTES) return;
  const bytes = Buffer.byteLength(code) + Buffer.byteLength(stdin);
  if (bytes <= MOST_CODE_BYTES) return;
  const message = `code and stdin are ${bytes} bytes together, more than ${MOST_CODE_BYTES}`;
  throw new ProtocolError('invalid_params', `action: ${message}`, {
    issues: [{ field: 'action.code', code: 'too_big', message }],
  });
}

function withFeedback(observation: Observation, { feedback }: Grade): Observation {
  if (feedback === undefined) return observation;
  const { output } = observation;
  const between = output === '' || output.endsWith('\n') ? '' : '\n';
  return { ...observation, output: `${output}${between}${feedback}`, feedback };
}

function checked(grade: Grade): Grade {
  if (grade.reward !== null && !Number.isFinite(grade.reward))
    throw new Error(`the reward is not a number: ${grade.reward}`);
  return grade;
}

/** The end of an episode that is not graded. */
export const UNGRADED: Turn = {
  observation: { output: '' },
  reward: null,
  terminated: false,
  limit: 'time',
  failure: null,
  info: { duration_ms: 0, grade_ms: 0 },
};

/** A duration in milliseconds with three decimals, as `info` has it. */
export function wholeMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** A turn as the client sees it. @param queueMs time from its request to its start, in milliseconds */
export function resultOf(
  step: number,
  { observation, reward, terminated, limit, failure, info }: Turn,
  queueMs: number,
): StepResult {
  return {
    step,
    observation,
    reward,
    terminated,
    truncated: failure !== null || limit !== undefined,
    failure,
    info: limit === undefined ? { ...info, queue_ms: queueMs } : { ...info, queue_ms: queueMs, limit },
  };
}

/** Why this step ends the episode; `undefined` if it goes on. */
export function endOf({ failure, terminated, truncated }: StepResult): EndReason | undefined {
  if (failure !== null) return 'failure';
  if (terminated) return 'terminated';
  return truncated ? 'truncated' : undefined;
}
