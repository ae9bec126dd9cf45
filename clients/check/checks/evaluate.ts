import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, isWhole, run, runGold, told } from '../plays.ts';
import { taskWithSteps } from '../subject.ts';

export const EVALUATE: Check = {
  name: 'evaluate',
  shows: 'an intermediate grade has the current reward and changes nothing',
  async run(subject) {
    const task = taskWithSteps(subject);
    await using episode = await begin(subject, task);
    if (subject.samples !== null) await run(episode, subject.samples.show.code);
    const between = await episode.evaluate();
    const remedy = 'let `grade` with `final: false` read the state without changing it';
    ensure(
      between.failure === null && between.reward !== null && between.info.success === false,
      `task ${task.id}: a grade before it is solved has ${between.failure?.message ?? told(between)}`,
      remedy,
    );
    await runGold(episode, task);
    const end = await episode.submit();
    ensure(
      isWhole(end, task) && (end.reward ?? 0) > between.reward,
      `task ${task.id}: a grade has ${told(between)}, and then the gold ${told(end)}`,
      remedy,
    );
  },
};
