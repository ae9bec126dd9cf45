import type { EnvironmentEpisode, Grade } from '../environments/environment.ts';
import { type FailurePhase, failureOf } from '../environments/failure.ts';
import type { ActionObject } from '../protocol/action.ts';
import type { Observation, RewardMode, StepInfo } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Failure } from '../protocol/failure.ts';

/** What one action came to, before turns are counted. */
export interface Turn {
  readonly observation: Observation;
  readonly reward: number | null;
  readonly terminated: boolean;
  readonly failure: Failure | null;
  /** What was thrown, where there is a failure. */
  readonly cause?: unknown;
  readonly info: StepInfo;
}

const NOTHING_SEEN: Observation = { output: '' };

/**
 * Run one action and grade where it is due. A fault of the infrastructure comes back as `failure` with `reward: null`.
 * With `every_step` each action is graded and the episode goes on, at reward 1 too, as InterCode's own environment
 * does; its experiments' loop stops there of its own accord.
 *
 * @throws {ProtocolError} when the environment refuses the action; nothing has run then
 */
export async function takeTurn(
  play: EnvironmentEpisode,
  action: ActionObject,
  mode: RewardMode,
): Promise<Turn> {
  if ('skip' in action) {
    return {
      observation: { output: 'skipped' },
      reward: 0,
      terminated: true,
      failure: null,
      info: { duration_ms: 0 },
    };
  }
  let observation = NOTHING_SEEN;
  let info: StepInfo = { duration_ms: 0 };
  let phase: FailurePhase = 'action';
  let acted = false;
  try {
    if ('code' in action) {
      const outcome = await play.act(action);
      acted = true;
      observation = outcome.observation;
      info = { duration_ms: outcome.durationMs, ...outcome.info };
      if (mode === 'on_submit') return { observation, reward: null, terminated: false, failure: null, info };
    }
    phase = 'grading';
    const final = 'submit' in action;
    const grade = await play.grade(final ? { answer: action.answer, final } : { final });
    return {
      observation: withFeedback(observation, grade),
      reward: checked(grade).reward,
      terminated: final,
      failure: null,
      info: {
        ...info,
        ...grade.info,
        duration_ms: info.duration_ms + grade.durationMs,
        reward_components: { ...grade.components },
      },
    };
  } catch (error) {
    if (error instanceof ProtocolError && !acted) throw error;
    const failure = failureOf(error, phase, acted);
    return { observation, reward: null, terminated: false, failure, info, cause: error };
  }
}

function withFeedback(observation: Observation, { feedback }: Grade): Observation {
  if (feedback === undefined) return observation;
  const { output } = observation;
  const between = output === '' || output.endsWith('\n') ? '' : '\n';
  return { ...observation, output: `${output}${between}${feedback}`, feedback };
}

function checked(grade: Grade): Grade {
  if (grade.reward !== null && !Number.isFinite(grade.reward))
    throw new Error(`the reward is no number: ${grade.reward}`);
  return grade;
}
