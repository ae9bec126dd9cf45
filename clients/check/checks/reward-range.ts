import type { EvaluateResult } from '../../../protocol/episode.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, played, submitted, told } from '../plays.ts';
import { triedTasks } from '../subject.ts';

export const REWARD_RANGE: Check = {
  name: 'reward range',
  shows: 'every reward is a number from 0 to 1 with finite components, at any time of the episode',
  async run(subject) {
    for (const task of triedTasks(subject)) {
      const answers = [null, ...task.wrong.slice(0, 1), ...task.cheats.slice(0, 1)];
      for (const answer of answers) inRange(task.id, await played(subject, task, answer));
      await using episode = await begin(subject, task);
      inRange(task.id, await episode.evaluate());
      inRange(task.id, await submitted(episode, task, task.gold));
    }
  },
};

function inRange(task: string, result: Pick<EvaluateResult, 'reward' | 'info'>): void {
  const { reward, info } = result;
  ensure(
    reward !== null && reward >= 0 && reward <= 1 + Number.EPSILON,
    `task ${task}: a grade has ${told(result)}`,
    'return a reward from 0 to 1',
  );
  const components = Object.entries(info.reward_components ?? {});
  const odd = components.find(([, value]) => !Number.isFinite(value));
  ensure(
    odd === undefined,
    `task ${task}: the component ${odd?.[0]} is ${odd?.[1]}`,
    'return finite numbers',
  );
}
