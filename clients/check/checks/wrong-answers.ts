import { ensure, Skipped } from '../broken.ts';
import type { Check } from '../check.ts';
import { played, told } from '../plays.ts';
import { triedTasks } from '../subject.ts';

/** A wrong answer must score less than the gold by this much. */
const LESS = 0.001;

export const WRONG_ANSWERS: Check = {
  name: 'wrong answers',
  shows: 'the wrong answers of a task have rewards below the gold’s without success',
  async run(subject) {
    const answered = triedTasks(subject).filter(({ wrong }) => wrong.length > 0);
    if (answered.length === 0) throw new Skipped('the tasks that are tried have no `wrong` answers');
    for (const task of answered) {
      for (const [at, wrong] of task.wrong.entries()) {
        const end = await played(subject, task, wrong);
        ensure(
          end.reward !== null && end.reward < task.goldReward - LESS && end.info.success === false,
          `task ${task.id}: wrong answer ${at + 1} has ${told(end)}`,
          'make the grade distinguish it from the gold, or remove it from `wrong`',
        );
      }
    }
  },
};
