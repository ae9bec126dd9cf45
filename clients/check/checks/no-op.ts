import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { played, told } from '../plays.ts';
import { triedTasks } from '../subject.ts';

export const NO_OP: Check = {
  name: 'no-op',
  shows: 'doing nothing has reward 0 without success',
  async run(subject) {
    for (const task of triedTasks(subject)) {
      const end = await played(subject, task, null);
      ensure(
        end.reward === 0 && end.info.success === false,
        `task ${task.id}: doing nothing has ${told(end)}`,
        'give 0 for the untouched sandbox, and let a task ask for something that is not there yet',
      );
    }
  },
};
