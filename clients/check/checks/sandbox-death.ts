import { StepwellError } from '../../typescript/errors.ts';
import { ensure, Skipped } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, CODE_MS, isGoldReward } from '../plays.ts';
import { type CheckedTask, type Subject, taskWithSteps } from '../subject.ts';
import { writtenTrajectory } from '../written.ts';

const REMEDY =
  'do not catch errors of the sandbox: the server turns them into failures, and none may become a reward';
/** Maximum number of episodes to begin. */
const ATTEMPTS = 10;
/** The part of the episode in which the fault happens. */
const CLASSES: readonly string[] = ['sandbox', 'grading'];

export const SANDBOX_DEATH: Check = {
  name: 'sandbox death',
  shows: 'the death of a sandbox is a retryable failure, never a reward, and the next episode plays',
  async run(subject) {
    const { killSandboxes } = subject.server;
    if (killSandboxes === null)
      throw new Skipped('sandboxes are killed only on a server that the command starts');
    const task = taskWithSteps(subject);
    await using episode = await begin(subject, task, { reward: 'every_step' });
    const code = subject.samples?.show.code ?? task.gold;
    await episode.step({ code });
    await killSandboxes(episode.info.engine);
    const { reward, failure, terminated, truncated } = await episode.step({ code });
    ensure(reward === null, `a step in a dead sandbox has reward ${reward}`, REMEDY);
    ensure(
      failure !== null && CLASSES.includes(failure.class) && failure.retryable && truncated && !terminated,
      `a step in a dead sandbox has ${failure === null ? 'no failure' : JSON.stringify(failure)}`,
      REMEDY,
    );
    const reason = (await writtenTrajectory(subject, episode.id)).close?.reason;
    ensure(reason === 'failure', `its trajectory ends with ${reason}, not with a failure`, REMEDY);
    ensure(
      isGoldReward(await playedAgain(subject, task), task),
      'no episode is graded after a sandbox has died',
      REMEDY,
    );
  },
};

/** The gold's reward for a client that repeats retryable failures; `null` after too many of them. */
async function playedAgain(subject: Subject, task: CheckedTask): Promise<number | null> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      await using episode = await begin(subject, task);
      const ran = await episode.step({ code: task.gold, timeout_ms: CODE_MS });
      const { reward, failure } = ran.failure === null ? await episode.submit() : ran;
      if (failure === null) return reward;
      ensure(reward === null && failure.retryable, `an episode after it fails: ${failure.message}`, REMEDY);
    } catch (error) {
      if (!(error instanceof StepwellError && error.retryable)) throw error;
    }
  }
  return null;
}
