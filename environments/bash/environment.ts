import type { ImageDefinition, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { StoredDataset } from '../dataset-store.ts';
import type { Environment, EnvironmentEpisode, EpisodeDefaults, Task } from '../environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { taskIndexForSeed } from '../task-order.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { cleanRoot, intercodeGoldSource } from './intercode-gold.ts';
import { NativeEpisode } from './native-episode.ts';
import { nativeGold } from './native-gold.ts';
import type { BashTaskRecord } from './task.ts';
import { placeTask } from './task-placement.ts';

export interface BashEnvironmentParts {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [StoredDataset, ...StoredDataset[]];
  readonly goldCache: GoldCache;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
}

interface Entry {
  readonly dataset: StoredDataset;
  readonly tasks: readonly Task[];
}

const DESCRIPTION =
  'Bash tasks in a container of their own, graded by what was printed and which files changed.';

/** `bash-v1`: tasks for a shell. */
export class BashEnvironment implements Environment {
  readonly id = 'bash-v1';
  readonly info: EnvironmentInfo;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly #sandboxes: SandboxSource;
  readonly #defaults: EpisodeDefaults;
  readonly #goldCache: GoldCache;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #builtIn: string;

  constructor(parts: BashEnvironmentParts) {
    const { datasets } = parts;
    this.#sandboxes = parts.sandboxes;
    this.#defaults = parts.defaults;
    this.#goldCache = parts.goldCache;
    this.#builtIn = datasets[0].name;
    this.#entries = new Map(datasets.map((dataset) => [dataset.name, { dataset, tasks: tasksOf(dataset) }]));
    this.defaultImage = datasets[0].image;
    this.images = datasets.flatMap(({ definition }) => definition ?? []);
    this.readme = parts.readme;
    this.info = {
      id: this.id,
      description: DESCRIPTION,
      semantics: ['native', 'intercode'],
      datasets: datasets.map(({ name, tasks }) => ({ name, tasks: tasks.length, splits: [] })),
    };
  }

  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#entry(dataset, split).tasks;
  }

  choose(options: ResetOptions, seed: number): Task {
    const { dataset, tasks } = this.#entry(options.dataset, options.split);
    const { task: wanted } = options;
    if (wanted === undefined) return tasks[taskIndexForSeed(tasks.length, seed)] as Task;
    const task = typeof wanted === 'number' ? tasks[wanted] : tasks.find(({ id }) => id === wanted);
    if (task !== undefined) return task;
    throw new ProtocolError(
      'task_not_found',
      `Dataset ${dataset.name} has no task ${JSON.stringify(wanted)}.`,
      {
        dataset: dataset.name,
        tasks: tasks.length,
      },
    );
  }

  async reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const { dataset } = this.#entry(task.dataset, undefined);
    const record = dataset.tasks[task.index];
    if (record === undefined) throw new ProtocolError('task_not_found', `There is no task ${task.id}.`);
    const sandbox = await this.#sandboxes.acquire({
      image: dataset.image,
      purpose: 'episode',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const placedInMs = await placeTask(sandbox, record);
      if (options.semantics === 'intercode' && gitAtRoot(dataset)) await cleanRoot(sandbox);
      return this.#episode({ task, options, dataset, record, sandbox, placedInMs });
    } catch (error) {
      await sandbox.release();
      throw error;
    }
  }

  #episode(start: EpisodeStart): EnvironmentEpisode {
    const { task, options, dataset, record, sandbox, placedInMs } = start;
    const maxOutputBytes = options.max_output_bytes ?? this.#defaults.maxOutputBytes;
    const gold = {
      sandboxes: this.#sandboxes,
      cache: this.#goldCache,
      dataset: dataset.name,
      record,
    };
    if (options.semantics === 'intercode') {
      const asked = { gitAtRoot: gitAtRoot(dataset) };
      return new IntercodeEpisode({
        task,
        sandbox,
        gold: intercodeGoldSource({ ...gold, ...asked }),
        ...asked,
        workdir: record.cwd ?? '/',
        maxOutputBytes,
        placedInMs,
      });
    }
    return new NativeEpisode({
      task,
      sandbox,
      gold: nativeGold(gold),
      defaults: { ...this.#defaults, maxOutputBytes },
      ...(options.idle_timeout_ms === undefined ? {} : { idleTimeoutMs: options.idle_timeout_ms }),
      placedInMs,
    });
  }

  #entry(dataset: string | undefined, split: string | undefined): Entry {
    const name = dataset ?? this.#builtIn;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new ProtocolError('dataset_not_found', `${this.id} has no dataset ${JSON.stringify(name)}.`, {
        datasets: [...this.#entries.keys()],
      });
    }
    if (split !== undefined) {
      throw new ProtocolError('dataset_not_found', `Dataset ${name} has no splits.`, { splits: [] });
    }
    return entry;
  }
}

interface EpisodeStart {
  readonly task: Task;
  readonly options: ResetOptions;
  readonly dataset: StoredDataset;
  readonly record: BashTaskRecord;
  readonly sandbox: Sandbox;
  readonly placedInMs: number;
}

function gitAtRoot({ definition }: StoredDataset): boolean {
  return definition?.gitAtRoot ?? false;
}

function tasksOf({ name, tasks }: StoredDataset): Task[] {
  return tasks.map(({ id, instruction, tags = [] }, index) => ({
    id,
    index,
    dataset: name,
    instruction,
    tags,
  }));
}
