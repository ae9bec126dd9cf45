import type { ImageDefinition, Sandbox, SandboxSource } from '../docker/sandbox.ts';
import type { EnvironmentInfo } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import type { Environment, EnvironmentEpisode, Task } from './environment.ts';
import { type CatalogDataset, TaskCatalog } from './task-catalog.ts';

/** What an environment is to others. */
export interface Description<D extends CatalogDataset> {
  readonly id: string;
  readonly description: string;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [D, ...D[]];
  /** Images that the datasets play on beyond the built-in ones. */
  readonly images: readonly ImageDefinition[];
  /** Name of the image to keep warm when nothing else is asked for. */
  readonly defaultImage: string;
}

/** A task to be played, with the options of its reset. */
export interface Start<D extends CatalogDataset> {
  readonly task: Task;
  readonly dataset: D;
  readonly record: D['tasks'][number];
  readonly options: ResetOptions;
}

/** How an episode will be played. */
export interface Plan {
  /** Name of the image of its sandbox. */
  readonly image: string;
  /** @param sandbox pristine; it is released if this throws */
  begin(sandbox: Sandbox): Promise<EnvironmentEpisode>;
}

/** What every environment does alike: it tells its tasks, and takes a sandbox for an episode. */
export abstract class PlayedEnvironment<D extends CatalogDataset> implements Environment {
  readonly id: string;
  readonly info: EnvironmentInfo;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly #sandboxes: SandboxSource;
  readonly #catalog: TaskCatalog<D>;

  constructor(sandboxes: SandboxSource, described: Description<D>) {
    const { id, description, readme, datasets, images, defaultImage } = described;
    this.#sandboxes = sandboxes;
    this.#catalog = new TaskCatalog(id, datasets);
    this.id = id;
    this.info = {
      id,
      description,
      semantics: ['native', 'intercode'],
      datasets: this.#catalog.info,
    };
    this.images = images;
    this.defaultImage = defaultImage;
    this.readme = readme;
  }

  /** @throws {ProtocolError} for options that ask for what there is not; nothing has been taken then */
  protected abstract plan(start: Start<D>): Plan;

  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#catalog.tasks(dataset, split);
  }

  choose(options: ResetOptions, seed: number): Task {
    const task = this.#catalog.choose(options, seed);
    // What is asked for wrongly is refused before a sandbox is taken.
    this.#planned(task, options);
    return task;
  }

  async reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const { image, begin } = this.#planned(task, options);
    const sandbox = await this.#sandboxes.acquire({
      image,
      purpose: 'episode',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      return await begin(sandbox);
    } catch (error) {
      await sandbox.release();
      throw error;
    }
  }

  #planned(task: Task, options: ResetOptions): Plan {
    return this.plan({ task, options, ...this.#catalog.record(task) });
  }
}
