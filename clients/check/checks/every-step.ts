import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, isWhole, run, runGold, told } from '../plays.ts';
import { taskWithSteps } from '../subject.ts';

const REMEDY = 'let `grade` be called after any action';

export const EVERY_STEP: Check = {
  name: 'every step',
  shows: 'with `reward: every_step` each step has a reward, and the episode continues',
  async run(subject) {
    const task = taskWithSteps(subject);
    await using episode = await begin(subject, task, { reward: 'every_step' });
    if (subject.samples !== null) {
      const shown = await run(episode, subject.samples.show.code);
      ensure(
        shown.reward !== null && shown.info.success === false && !shown.terminated,
        `task ${task.id}: a step that solves nothing has ${told(shown)}, terminated ${shown.terminated}`,
        REMEDY,
      );
    }
    const solved = await runGold(episode, task);
    ensure(isWhole(solved, task), `task ${task.id}: the step of the gold has ${told(solved)}`, REMEDY);
  },
};
