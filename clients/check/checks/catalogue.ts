import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';

const PAGE = 1000;

export const CATALOGUE: Check = {
  name: 'catalogue',
  shows:
    'the environment is listed with its dataset, and every task has a unique id, its index and an instruction',
  async run({ client, environment, dataset }) {
    const info = (await client.environments()).find(({ id }) => id === environment);
    ensure(info !== undefined, `the server does not list ${environment}`, 'give its `info` the same id');
    ensure(
      info.description !== '',
      'it has no description',
      'say in one sentence what an action and a reward is',
    );
    ensure(
      info.semantics.includes('native'),
      'it has no native semantics',
      'list `native` in `info.semantics`',
    );
    const listed = info.datasets.find(({ name }) => name === dataset);
    ensure(
      listed !== undefined,
      `\`info\` does not list the dataset ${dataset}`,
      'list every dataset that can be played',
    );
    const ids = new Set<string>();
    for (let offset = 0; offset < listed.tasks; offset += PAGE) {
      const page = await client.tasks({ environment, dataset, offset, limit: PAGE });
      ensure(
        page.dataset === dataset && page.total === listed.tasks,
        `\`tasks/list\` lists ${page.total} tasks of ${page.dataset}, \`info\` ${listed.tasks} of ${dataset}`,
        'take both from the same list',
      );
      for (const [at, { id, index, instruction }] of page.tasks.entries()) {
        ensure(
          index === offset + at,
          `task ${id} has the index ${index} at place ${offset + at}`,
          'number tasks from 0',
        );
        ensure(!ids.has(id), `two tasks have the id ${id}`, 'give each task a unique id');
        ensure(instruction.trim() !== '', `task ${id} has no instruction`, 'say what the agent must do');
        ids.add(id);
      }
    }
  },
};
