import { readFileSync } from 'node:fs';
import { withDeadline } from '../docker/deadline.ts';
import type { ImageDefinition } from '../docker/image-definition.ts';
import type { Sandbox, SandboxWait } from '../docker/sandbox.ts';
import type { EnvironmentInfo, Ungradable } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { datasetsOf } from './datasets-of.ts';
import {
  type EnvironmentDefinition,
  type Plan,
  type Player,
  type Shape,
  UnplayableError,
} from './definition.ts';
import type {
  ChosenTask,
  Environment,
  EnvironmentContext,
  EnvironmentEpisode,
  EpisodeCopy,
  Task,
} from './environment.ts';
import { GoldCache } from './gold-cache.ts';
import { ungradableError } from './gradability.ts';
import type { PlayableDataset, StoredDataset, TaskRecord } from './playable-dataset.ts';
import { optionParser, type ParsedOptions } from './reset-options.ts';
import { TaskCatalog } from './task-catalog.ts';

export interface EnvironmentParts<D> extends Omit<EnvironmentContext, 'goldCache'> {
  /** @default one of its own */
  readonly goldCache?: GoldCache;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [D, ...D[]];
}

/** The datasets of an environment, and what plays them. A reload replaces all of it; episodes keep what they began with. */
interface Loaded<S extends Shape, D extends PlayableDataset<TaskRecord>> {
  readonly catalog: TaskCatalog<D>;
  readonly player: Player<S, D>;
  readonly images: readonly ImageDefinition[];
}

/** Maximum time that a reset waits for a try of its task, in milliseconds. A later result is kept for the next reset. */
const TRY_MS = 10_000;

/** The environment of a definition: it lists its tasks, and acquires a sandbox for each episode. */
export class PlayedEnvironment<S extends Shape, R extends TaskRecord, D extends PlayableDataset<TaskRecord>>
  implements Environment
{
  readonly id: string;
  readonly defaultImage: string;
  readonly readme: string;
  readonly options: S;
  readonly language: Environment['language'];
  readonly observation: Shape;
  readonly #definition: EnvironmentDefinition<S, R, D>;
  readonly #parts: EnvironmentParts<D>;
  readonly #parse: (options: ResetOptions) => ParsedOptions<S>;
  #loaded: Loaded<S, D>;
  /** What a task that was chosen belongs to: its episodes keep it. */
  readonly #origins = new WeakMap<Task, Loaded<S, D>>();

  constructor(definition: EnvironmentDefinition<S, R, D>, parts: EnvironmentParts<D>) {
    const { datasets, goldCache } = parts;
    this.#definition = definition;
    this.#parts = parts;
    this.#parse = optionParser(definition.options);
    this.#loaded = this.#load(datasets, goldCache);
    this.id = definition.id;
    this.defaultImage = datasets[0].image;
    this.readme = readFileSync(definition.readme, 'utf8');
    this.options = definition.options;
    this.language = definition.prompt.until === 'line' ? 'other' : definition.prompt.until;
    this.observation = definition.observation;
  }

  get info(): EnvironmentInfo {
    const { id, description, semantics } = this.#definition;
    return { id, description, semantics: [...semantics], datasets: this.#loaded.catalog.info };
  }

  get images(): readonly ImageDefinition[] {
    return this.#loaded.images;
  }

  prepareDatasets(datasets: readonly StoredDataset[]): () => void {
    const { builtIn, served } = this.#definition;
    // Their records were read by the definition's own schema.
    const own = datasetsOf(this.#definition, datasets).map((dataset) => served(dataset));
    const loaded = this.#load([builtIn, ...own]);
    return () => {
      this.#loaded = loaded;
    };
  }

  tasks(dataset: string | undefined): readonly Task[] {
    return this.#loaded.catalog.tasks(dataset);
  }

  choose(options: ResetOptions, seed: number, of?: Task): ChosenTask {
    const loaded = (of === undefined ? undefined : this.#origins.get(of)) ?? this.#loaded;
    const { catalog, player } = loaded;
    // Refuse invalid options before a sandbox is acquired.
    const parsed = this.#parse(options);
    const task = catalog.choose(parsed, seed);
    this.#origins.set(task, loaded);
    const plan = player.plan({ task, options: parsed, ...catalog.record(task) });
    return {
      task,
      begin: (wait) => this.#begin(plan, catalog, task, parsed, wait),
      beginIn: (sandbox) => plan.begin(sandbox),
      continue: (copy, wait) => this.#continue(plan, copy, wait),
    };
  }

  #load(datasets: readonly [D, ...D[]], goldCache = new GoldCache()): Loaded<S, D> {
    const { sandboxes, defaults, room } = this.#parts;
    const { id, images, imagesOf, open } = this.#definition;
    return {
      catalog: new TaskCatalog(id, datasets),
      player: open({ sandboxes, defaults, goldCache, room }),
      images: [...images, ...datasets.flatMap((dataset) => imagesOf(dataset))],
    };
  }

  async #continue(
    { image }: Plan,
    { snapshot, episodeIn }: EpisodeCopy,
    wait: SandboxWait | undefined,
  ): Promise<EnvironmentEpisode> {
    const sandbox = await this.#acquire(image, wait);
    try {
      await sandbox.restore(snapshot);
      return episodeIn(sandbox);
    } catch (error) {
      await sandbox.release();
      throw error;
    }
  }

  #acquire(image: string, wait: SandboxWait | undefined): Promise<Sandbox> {
    return this.#parts.sandboxes.acquire({ ...wait, image, purpose: 'episode', environment: this.id });
  }

  async #begin(
    plan: Plan,
    catalog: TaskCatalog<D>,
    task: Task,
    options: ResetOptions,
    wait: SandboxWait | undefined,
  ): Promise<EnvironmentEpisode> {
    const sandbox = await this.#acquire(plan.image, wait);
    try {
      const trying = this.#try(plan, catalog, task, options, sandbox);
      const episode = await plan.begin(sandbox);
      const ungradable = await trying;
      if (ungradable === null) return episode;
      await episode.release?.();
      throw ungradableError(task, ungradable);
    } catch (error) {
      await sandbox.release();
      if (!(error instanceof UnplayableError)) throw error;
      const ungradable: Ungradable = { kind: 'cannot_begin', reason: error.message };
      catalog.keep(task, ungradable);
      throw ungradableError(task, ungradable);
    }
  }

  /** Try a task at its first episode, if it was not tried yet and the grade depends on it. */
  #try(
    plan: Plan,
    catalog: TaskCatalog<D>,
    task: Task,
    options: ResetOptions,
    sandbox: Sandbox,
  ): Promise<Ungradable | null> | null {
    const asked = options.include_ungradable !== true && options.semantics !== 'intercode';
    if (plan.try === undefined || !asked || catalog.isTried(task, sandbox.programs)) return null;
    const tried = plan.try(sandbox.image).then((ungradable) => {
      catalog.keep(task, ungradable);
      return ungradable;
    });
    return withDeadline(
      tried.catch(() => null),
      TRY_MS,
      () => null,
    );
  }
}
