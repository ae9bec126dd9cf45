import { expect, test } from 'vitest';
import { eachTask } from '../../clients/cli/local-tasks.ts';
import type { Environment, Task } from '../../environments/environment.ts';
import { taskPage } from '../../environments/task-page.ts';
import type { Params } from '../../protocol/methods.ts';

function environment(count: number, instruction: string): Environment {
  const tasks = Array.from(
    { length: count },
    (_, index): Task => ({ id: `t${index}`, index, dataset: 'd', instruction, tags: [] }),
  );
  return { tasks: () => tasks } as unknown as Environment;
}

const params = (offset: number, limit: number): Params<'tasks/list'> => ({
  environment: 'x-v1',
  offset,
  limit,
});

test('a page has the tasks from its offset, at most as many as its limit', () => {
  const page = taskPage(environment(5, 'do it'), params(3, 10));
  expect(page).toMatchObject({ dataset: 'd', total: 5, tasks: [{ id: 't3' }, { id: 't4' }] });
  expect(taskPage(environment(5, 'do it'), params(1, 2)).tasks.map(({ index }) => index)).toEqual([1, 2]);
});

test('a page of long instructions is shorter than its limit, and the next page begins where it ends', async () => {
  const long = environment(3, 'x'.repeat(600_000));
  expect(taskPage(long, params(0, 3)).tasks).toHaveLength(1);
  const source = { tasks: async (asked: Params<'tasks/list'>) => taskPage(long, asked) };
  const ids: string[] = [];
  for await (const { id } of eachTask(source, { environment: 'x-v1' })) ids.push(id);
  expect(ids).toEqual(['t0', 't1', 't2']);
});
