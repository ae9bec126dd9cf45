import type { ImageDefinition, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import type { PlayableDataset } from '../dataset-store.ts';
import type { Environment, EnvironmentEpisode, EpisodeDefaults, Task } from '../environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { TaskCatalog } from '../task-catalog.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { cleanRoot, intercodeGoldSource } from './intercode-gold.ts';
import { NativeEpisode } from './native-episode.ts';
import { nativeGold } from './native-gold.ts';
import type { BashTaskRecord } from './task.ts';
import { placeTask } from './task-placement.ts';

type BashDataset = PlayableDataset<BashTaskRecord>;

export interface BashEnvironmentParts {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [BashDataset, ...BashDataset[]];
  readonly goldCache: GoldCache;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
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
  readonly #catalog: TaskCatalog<BashDataset>;

  constructor(parts: BashEnvironmentParts) {
    const { datasets } = parts;
    this.#sandboxes = parts.sandboxes;
    this.#defaults = parts.defaults;
    this.#goldCache = parts.goldCache;
    this.#catalog = new TaskCatalog(this.id, datasets);
    this.defaultImage = datasets[0].image;
    this.images = datasets.flatMap(({ definition }) => definition ?? []);
    this.readme = parts.readme;
    this.info = {
      id: this.id,
      description: DESCRIPTION,
      semantics: ['native', 'intercode'],
      datasets: this.#catalog.info,
    };
  }

  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#catalog.tasks(dataset, split);
  }

  choose(options: ResetOptions, seed: number): Task {
    return this.#catalog.choose(options, seed);
  }

  async reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const { dataset, record } = this.#catalog.record(task);
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
}

interface EpisodeStart {
  readonly task: Task;
  readonly options: ResetOptions;
  readonly dataset: BashDataset;
  readonly record: BashTaskRecord;
  readonly sandbox: Sandbox;
  readonly placedInMs: number;
}

function gitAtRoot({ definition }: BashDataset): boolean {
  return definition?.gitAtRoot ?? false;
}
