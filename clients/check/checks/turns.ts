import type { RewardMode } from '../../../protocol/episode.ts';
import { EpisodeOverError } from '../../typescript/errors.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, isWhole, run, runGold, told } from '../plays.ts';
import { type CheckedTask, type Subject, taskWithSteps } from '../subject.ts';

const REMEDY = 'leave limits to the server, which only calls `grade` with `final: true`';

export const TURNS: Check = {
  name: 'turns',
  shows: 'the last turn truncates the episode and is graded, unless only a submit is graded',
  async run(subject) {
    const task = taskWithSteps(subject);
    for (const mode of [undefined, 'every_step', 'on_submit'] as const) await lastTurn(subject, task, mode);
    const { samples } = subject;
    const code = samples?.show.code ?? task.gold;
    await using episode = await begin(subject, task, { max_turns: 2 });
    ensure(!(await run(episode, code)).truncated, 'the first of two turns truncates the episode', REMEDY);
    const { truncated, terminated, info } = await run(episode, code);
    ensure(
      truncated && !terminated && info.limit === 'turns',
      `the second of two turns has truncated ${truncated}, terminated ${terminated}, limit ${info.limit}`,
      REMEDY,
    );
    const after = await episode.step({ code }).then(
      () => 'a result',
      (error: unknown) => (error instanceof EpisodeOverError ? null : String(error)),
    );
    ensure(after === null, `a step after the last turn has ${after}, not episode_over`, REMEDY);
  },
};

async function lastTurn(subject: Subject, task: CheckedTask, mode: RewardMode | undefined): Promise<void> {
  const options = mode === undefined ? {} : { reward: mode };
  await using episode = await begin(subject, task, { max_turns: 1, ...options });
  const end = await runGold(episode, task);
  const isGraded = mode === 'on_submit' ? end.reward === null : isWhole(end, task);
  ensure(
    end.truncated && !end.terminated && isGraded,
    `task ${task.id}: the gold at the last turn has ${told(end)} with \`reward: ${mode ?? 'on_end'}\``,
    REMEDY,
  );
}
