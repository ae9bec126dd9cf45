import type { Environment, Task } from '../../environments/environment.ts';
import { ProtocolError } from '../../protocol/errors.ts';

/** A split of an environment's tasks, as other standards name it: here, a dataset. */
export interface Split {
  readonly name: string;
  readonly type: 'train' | 'validation' | 'test';
}

/** A task as other standards list it. It may be sent back to begin an episode of it. */
export interface TaskSpec {
  readonly id: string;
  readonly index: number;
  readonly dataset: string;
  readonly instruction: string;
  readonly tags: readonly string[];
}

/** The words of a dataset's name that tell its purpose, e.g. of `spider-train`. */
const PURPOSES = [
  [/(^|[-_.])train(ing)?($|[-_.])/, 'train'],
  [/(^|[-_.])test($|[-_.])/, 'test'],
] as const;

/** Every dataset as a split. One whose name tells no purpose counts as `validation`. */
export function splitsOf({ info }: Pick<Environment, 'info'>): Split[] {
  return info.datasets.map(({ name }) => ({
    name,
    type: PURPOSES.find(([pattern]) => pattern.test(name))?.[1] ?? 'validation',
  }));
}

/** The split that clients ask for which know none. */
const USUAL = 'train';

/**
 * The tasks of a split. `train` also means the default dataset, if no dataset has that name.
 * @throws {ProtocolError} `dataset_not_found`
 */
export function tasksOf(environment: Environment, split: string): readonly Task[] {
  const known = splitsOf(environment).some(({ name }) => name === split);
  if (!known && split === USUAL) return environment.tasks(undefined);
  if (!known) throw new ProtocolError('dataset_not_found', `${environment.id} has no split ${split}.`);
  return environment.tasks(split);
}

/** @throws {ProtocolError} `dataset_not_found`, `task_not_found` */
export function taskAt(environment: Environment, split: string, index: number): Task {
  const task = tasksOf(environment, split)[index];
  if (task !== undefined) return task;
  throw new ProtocolError('task_not_found', `The split ${split} has no task ${index}.`);
}

export function taskSpec({ id, index, dataset, instruction, tags }: Task): TaskSpec {
  return { id, index, dataset, instruction, tags };
}
