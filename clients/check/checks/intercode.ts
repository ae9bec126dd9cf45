import { ensure, Skipped } from '../broken.ts';
import type { Check } from '../check.ts';
import { played, told } from '../plays.ts';
import { taskWithSteps } from '../subject.ts';

export const INTERCODE: Check = {
  name: 'intercode',
  shows: 'an environment that lists `intercode` semantics follows them',
  async run(subject) {
    const { client, environment } = subject;
    const info = (await client.environments()).find(({ id }) => id === environment);
    if (!info?.semantics.includes('intercode')) throw new Skipped(`${environment} has native semantics only`);
    const task = taskWithSteps(subject);
    const end = await played(subject, task, task.gold, { semantics: 'intercode', reward: 'every_step' });
    ensure(
      end.terminated && end.reward !== null,
      `task ${task.id}: the gold has ${told(end)}, terminated ${end.terminated}, under \`intercode\` semantics`,
      'do not list semantics that it does not have',
    );
  },
};
