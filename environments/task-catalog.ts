import type { DatasetInfo } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Task } from './environment.ts';
import { refuseForeignOptions } from './own-options.ts';
import { taskIndexForSeed } from './task-order.ts';

/** What a catalogue reads of a record. */
interface CatalogRecord {
  readonly id: string;
  readonly instruction: string;
  readonly tags?: readonly string[] | undefined;
}

/** What a catalogue reads of a dataset. */
export interface CatalogDataset {
  readonly name: string;
  readonly tasks: readonly CatalogRecord[];
}

interface Entry<D> {
  readonly dataset: D;
  readonly tasks: readonly Task[];
}

/** The datasets of one environment: which there are, their tasks, and which task a reset means. */
export class TaskCatalog<D extends CatalogDataset> {
  /** As `environments/list` tells them. */
  readonly info: DatasetInfo[];
  readonly #environment: string;
  readonly #entries: ReadonlyMap<string, Entry<D>>;
  readonly #first: string;

  /**
   * @param environment id for messages, e.g. `bash-v1`
   * @param datasets the first is the one that a reset without a dataset means
   */
  constructor(environment: string, datasets: readonly [D, ...D[]]) {
    this.#environment = environment;
    this.#first = datasets[0].name;
    this.#entries = new Map(datasets.map((dataset) => [dataset.name, { dataset, tasks: tasksOf(dataset) }]));
    this.info = datasets.map(({ name, tasks }) => ({ name, tasks: tasks.length, splits: [] }));
  }

  /** @throws {ProtocolError} `dataset_not_found` */
  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#entry(dataset, split).tasks;
  }

  /**
   * The task that the options name, or the seed's choice.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`; `invalid_params` for an option that the environment does
   * not have
   */
  choose(options: ResetOptions, seed: number): Task {
    refuseForeignOptions(this.#environment, options);
    const { dataset, tasks } = this.#entry(options.dataset, options.split);
    const { task: wanted } = options;
    if (wanted === undefined) return tasks[taskIndexForSeed(tasks.length, seed)] as Task;
    const task = typeof wanted === 'number' ? tasks[wanted] : tasks.find(({ id }) => id === wanted);
    if (task !== undefined) return task;
    throw new ProtocolError(
      'task_not_found',
      `Dataset ${dataset.name} has no task ${JSON.stringify(wanted)}.`,
      { dataset: dataset.name, tasks: tasks.length },
    );
  }

  /**
   * The dataset that a task belongs to, and its record there.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`
   */
  record(task: Task): { readonly dataset: D; readonly record: D['tasks'][number] } {
    const { dataset } = this.#entry(task.dataset, undefined);
    const record = dataset.tasks[task.index];
    if (record === undefined) throw new ProtocolError('task_not_found', `There is no task ${task.id}.`);
    return { dataset, record };
  }

  #entry(dataset: string | undefined, split: string | undefined): Entry<D> {
    const name = dataset ?? this.#first;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new ProtocolError(
        'dataset_not_found',
        `${this.#environment} has no dataset ${JSON.stringify(name)}.`,
        { datasets: [...this.#entries.keys()] },
      );
    }
    if (split !== undefined) {
      throw new ProtocolError('dataset_not_found', `Dataset ${name} has no splits.`, { splits: [] });
    }
    return entry;
  }
}

function tasksOf({ name, tasks }: CatalogDataset): Task[] {
  return tasks.map(({ id, instruction, tags = [] }, index) => ({
    id,
    index,
    dataset: name,
    instruction,
    tags,
  }));
}
