import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { isWhole, played, told } from '../plays.ts';
import { triedTasks } from '../subject.ts';

export const GOLD: Check = {
  name: 'gold',
  shows: 'the gold of a task has reward 1 (or its `goldReward`) with success, and its components are named',
  async run(subject) {
    for (const task of triedTasks(subject)) {
      const end = await played(subject, task, task.gold);
      ensure(
        isWhole(end, task) && end.terminated && !end.truncated,
        `task ${task.id}: the gold has ${told(end)}, terminated ${end.terminated}`,
        'correct the gold of the task, or the grade',
      );
      ensure(
        Object.keys(end.info.reward_components ?? {}).length > 0,
        `task ${task.id}: the grade has no components`,
        'name at least one part of the reward',
      );
    }
  },
};
