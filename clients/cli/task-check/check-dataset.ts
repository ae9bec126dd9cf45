import type { DatasetTrials, TriedTask } from '../../../environments/task-trials.ts';
import type { CheatScript } from '../../cheats/cheat-script.ts';
import type { StepwellClient } from '../../typescript/client.ts';
import { Fault } from './attempts.ts';
import type { CheckState } from './check-state.ts';
import { tryTask } from './try-task.ts';
import type { TaskVerdict, UntriedTask } from './verdict.ts';

/** The result of a dataset. */
export interface CheckedTasks {
  readonly environment: string;
  readonly dataset: string;
  /** In the dataset's order. */
  readonly tasks: readonly (TaskVerdict | UntriedTask)[];
  /** Number of tasks whose result was known from an earlier check. */
  readonly known: number;
}

export interface CheckTasksOptions {
  readonly client: StepwellClient;
  readonly state: CheckState;
  /** Cheats of the environment to play on each task. */
  readonly gallery: readonly CheatScript[];
  /** Number of tasks to play at a time. */
  readonly parallel: number;
  /** Play also the tasks whose results are known. @default false */
  readonly again?: boolean;
  /** Called when a task is done. */
  readonly onTask: () => void;
}

/** Maximum number of tries of a task after faults. */
const TRIES = 3;

/** Play the tasks of a dataset, some at a time, but those whose results are known. */
export async function checkTasks(
  { environment, dataset, tasks }: DatasetTrials,
  { client, state, gallery, parallel, again = false, onTask }: CheckTasksOptions,
): Promise<CheckedTasks> {
  const results = new Map<string, TaskVerdict | UntriedTask>();
  let known = 0;
  const check = async (task: TriedTask): Promise<TaskVerdict | UntriedTask> => {
    const before = again ? null : state.known(task.id, task.contentHash);
    for (let tries = 1; ; tries += 1) {
      try {
        const found = await tryTask(
          client,
          { environment, dataset, task, gallery },
          (on) => before?.on.engine === on.engine && before.on.digest === on.digest,
        );
        if (found === null && before !== null) {
          known += 1;
          return { ...before.verdict, index: task.index };
        }
        if (found === null) throw new Error('a result that is not known');
        if (found.on !== null) state.keep(task.contentHash, found.on, found.verdict);
        return found.verdict;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (tries === TRIES) return { id: task.id, index: task.index, fault: error.message };
      }
    }
  };
  const queue = tasks.values();
  const work = async (): Promise<void> => {
    for (const task of queue) {
      results.set(task.id, await check(task));
      onTask();
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: parallel }, work));
  await state.written();
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return { environment, dataset, known, tasks: tasks.flatMap(({ id }) => results.get(id) ?? []) };
}
