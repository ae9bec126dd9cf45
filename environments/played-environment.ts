import type { ImageDefinition, ImageRef, Sandbox, SandboxSource } from '../docker/sandbox.ts';
import type { EnvironmentInfo, Ungradable } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import type { Environment, EnvironmentEpisode, Task } from './environment.ts';
import { ungradableError } from './gradability.ts';
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
  /**
   * @param sandbox pristine; it is released if this throws
   * @throws {UnplayableError} for a task whose start state can never be made
   */
  begin(sandbox: Sandbox): Promise<EnvironmentEpisode>;
  /**
   * Why the task cannot be graded on this image, `null` where it can: what grading asks of the gold anyway, and keeps.
   * @throws {SandboxError} on an infrastructure fault
   */
  try?(image: ImageRef): Promise<Ungradable | null>;
}

/** A task that no sandbox can be made ready for. */
export class UnplayableError extends Error {
  override readonly name = 'UnplayableError';
}

/** Longest wait of a reset for what a try shows, in milliseconds. What it shows later still is kept for the next one. */
const TRY_MS = 10_000;

/** What every environment does alike: it tells its tasks, and takes a sandbox for an episode. */
export abstract class PlayedEnvironment<D extends CatalogDataset> implements Environment {
  readonly id: string;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly #description: string;
  readonly #sandboxes: SandboxSource;
  readonly #catalog: TaskCatalog<D>;

  constructor(sandboxes: SandboxSource, described: Description<D>) {
    const { id, description, readme, datasets, images, defaultImage } = described;
    this.#sandboxes = sandboxes;
    this.#catalog = new TaskCatalog(id, datasets);
    this.id = id;
    this.#description = description;
    this.images = images;
    this.defaultImage = defaultImage;
    this.readme = readme;
  }

  get info(): EnvironmentInfo {
    return {
      id: this.id,
      description: this.#description,
      semantics: ['native', 'intercode'],
      datasets: this.#catalog.info,
    };
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
    const plan = this.#planned(task, options);
    const sandbox = await this.#sandboxes.acquire({
      image: plan.image,
      purpose: 'episode',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const trying = this.#try(plan, task, options, sandbox);
      const episode = await plan.begin(sandbox);
      const ungradable = await trying;
      if (ungradable === null) return episode;
      await episode.release?.();
      throw ungradableError(task, ungradable);
    } catch (error) {
      await sandbox.release();
      if (!(error instanceof UnplayableError)) throw error;
      const ungradable: Ungradable = { kind: 'cannot_begin', reason: error.message };
      this.#catalog.keep(task, ungradable);
      throw ungradableError(task, ungradable);
    }
  }

  /** What a first episode of a task shows of it, where it was not tried yet and its grade would depend on it. */
  #try(plan: Plan, task: Task, options: ResetOptions, sandbox: Sandbox): Promise<Ungradable | null> | null {
    const asked = options.include_ungradable !== true && options.semantics !== 'intercode';
    if (plan.try === undefined || !asked || this.#catalog.isTried(task, sandbox.engine)) return null;
    const tried = plan.try(sandbox.image).then((ungradable) => {
      this.#catalog.keep(task, ungradable);
      return ungradable;
    });
    return Promise.race([tried.catch(() => null), after(TRY_MS)]);
  }

  #planned(task: Task, options: ResetOptions): Plan {
    return this.plan({ task, options, ...this.#catalog.record(task) });
  }
}

/** `null` after some time, which nothing waits for. */
function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref();
  });
}
