import type { Sandbox } from '../docker/sandbox.ts';
import type { DatasetInfo, Ungradable } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Task } from './environment.ts';
import { isDrawn, isPlayed, ungradableError } from './gradability.ts';
import type { TaskRecord } from './playable-dataset.ts';
import { tasksFromSeed } from './task-order.ts';

/** The fields of a dataset that the catalogue needs. */
export interface CatalogDataset {
  readonly name: string;
  readonly tasks: readonly TaskRecord[];
  /** Whether every task was tried with its gold, and marked if it cannot be graded. @default false */
  readonly checked?: boolean | undefined;
}

interface Entry<D> {
  readonly dataset: D;
  readonly tasks: Task[];
  /** Indices of the tasks that were tried, if the dataset was not checked as a whole. */
  readonly tried: Set<number>;
}

/** The datasets of one environment, their tasks, and the choice of a task for a reset. */
export class TaskCatalog<D extends CatalogDataset> {
  readonly #environment: string;
  readonly #entries: ReadonlyMap<string, Entry<D>>;
  readonly #first: string;

  /**
   * @param environment id for messages, e.g. `bash-v1`
   * @param datasets the first is the default of a reset
   */
  constructor(environment: string, datasets: readonly [D, ...D[]]) {
    this.#environment = environment;
    this.#first = datasets[0].name;
    this.#entries = new Map(
      datasets.map((dataset) => [dataset.name, { dataset, tasks: tasksOf(dataset), tried: new Set() }]),
    );
  }

  /** The datasets as `environments/list` returns them. */
  get info(): DatasetInfo[] {
    return [...this.#entries.values()].map(({ dataset, tasks }) => ({
      name: dataset.name,
      tasks: tasks.length,
      gradable: tasks.filter(({ ungradable }) => ungradable === undefined).length,
      checked: dataset.checked ?? false,
    }));
  }

  /** @throws {ProtocolError} `dataset_not_found` */
  tasks(dataset: string | undefined): readonly Task[] {
    return this.#entry(dataset).tasks;
  }

  /**
   * The task that the options name, or the seed's choice among those that can be graded.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`, `task_ungradable`
   */
  choose(options: ResetOptions, seed: number): Task {
    const { dataset, tasks } = this.#entry(options.dataset);
    if (options.task === undefined) return drawn(dataset.name, tasks, options, seed);
    const task = this.find(options);
    if (task.ungradable !== undefined && !isPlayed(task.ungradable, options)) {
      throw ungradableError(task, task.ungradable);
    }
    return task;
  }

  /** The task with this index or id. @throws {ProtocolError} `dataset_not_found`, `task_not_found` */
  find({ dataset: name, task: wanted }: Pick<ResetOptions, 'dataset' | 'task'>): Task {
    const { dataset, tasks } = this.#entry(name);
    const task = typeof wanted === 'number' ? tasks[wanted] : tasks.find(({ id }) => id === wanted);
    if (task === undefined) {
      throw new ProtocolError(
        'task_not_found',
        `Dataset ${dataset.name} has no task ${JSON.stringify(wanted)}.`,
        { environment: this.#environment, dataset: dataset.name, tasks: tasks.length },
      );
    }
    return task;
  }

  /**
   * Whether a task was tried. Results with the programs of an image do not apply to a sandbox that uses the machine's.
   */
  isTried({ dataset: name, index }: Task, programs: Sandbox['programs']): boolean {
    const { dataset, tasks, tried } = this.#entry(name);
    const isKnown = dataset.checked === true && programs === 'image';
    return isKnown || tried.has(index) || tasks[index]?.ungradable !== undefined;
  }

  /** Keep the result of trying a task: `null` if it can be graded. */
  keep({ dataset: name, index }: Task, ungradable: Ungradable | null): void {
    const { tasks, tried } = this.#entry(name);
    const task = tasks[index];
    tried.add(index);
    if (task !== undefined && ungradable !== null) tasks[index] = { ...task, ungradable };
  }

  /**
   * The dataset that a task belongs to, and its record there.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`
   */
  record(task: Task): { readonly dataset: D; readonly record: D['tasks'][number] } {
    const { dataset } = this.#entry(task.dataset);
    const record = dataset.tasks[task.index];
    if (record === undefined) throw new ProtocolError('task_not_found', `There is no task ${task.id}.`);
    return { dataset, record };
  }

  #entry(dataset: string | undefined): Entry<D> {
    const name = dataset ?? this.#first;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new ProtocolError(
        'dataset_not_found',
        `${this.#environment} has no dataset ${JSON.stringify(name)}.`,
        { environment: this.#environment, datasets: [...this.#entries.keys()] },
      );
    }
    return entry;
  }
}

function drawn(dataset: string, tasks: readonly Task[], options: ResetOptions, seed: number): Task {
  for (const index of tasksFromSeed(tasks.length, seed)) {
    const task = tasks[index];
    if (task !== undefined && isDrawn(task.ungradable, options)) return task;
  }
  throw new ProtocolError('task_ungradable', `Dataset ${dataset} has no task that can be graded.`, {
    dataset,
    tasks: tasks.length,
  });
}

function tasksOf({ name, tasks }: CatalogDataset): Task[] {
  return tasks.map(({ id, instruction, tags = [], ungradable }, index) => ({
    id,
    index,
    dataset: name,
    instruction,
    tags,
    ...(ungradable === undefined ? {} : { ungradable }),
  }));
}
