import type { Params, Result } from '../protocol/methods.ts';
import type { Environment, Task } from './environment.ts';

const DEFAULT_LIMIT = 100;
/** Longest page, in characters of its instructions; one longer instruction is a page. */
const MAX_PAGE = 1_048_576;

/** A page of an environment's tasks, as `tasks/list` returns it. @throws {ProtocolError} `dataset_not_found` */
export function taskPage(
  environment: Environment,
  { dataset, offset = 0, limit = DEFAULT_LIMIT }: Params<'tasks/list'>,
): Result<'tasks/list'> {
  const tasks = environment.tasks(dataset);
  const page: Task[] = [];
  let length = 0;
  for (const task of tasks.slice(offset, offset + limit)) {
    length += task.instruction.length;
    if (length > MAX_PAGE && page.length > 0) break;
    page.push(task);
  }
  return {
    dataset: dataset ?? tasks[0]?.dataset ?? environment.info.datasets[0]?.name ?? '',
    total: tasks.length,
    tasks: page.map(({ id, index, instruction, tags, ungradable }) => ({
      id,
      index,
      instruction,
      tags: [...tags],
      ...(ungradable === undefined ? {} : { ungradable }),
    })),
  };
}
