import { readFileSync } from 'node:fs';
import { withDeadline } from '../docker/deadline.ts';
import type { ImageDefinition } from '../docker/image-definition.ts';
import type { Sandbox, SandboxSource, SandboxWait } from '../docker/sandbox.ts';
import type { EnvironmentInfo, Ungradable } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import {
  type DatasetFields,
  type EnvironmentDefinition,
  type Plan,
  type Player,
  type Shape,
  type Start,
  UnplayableError,
} from './definition.ts';
import type {
  ChosenTask,
  Environment,
  EnvironmentContext,
  EnvironmentEpisode,
  EpisodeCopy,
  Task,
  TaskSecret,
} from './environment.ts';
import { GoldCache } from './gold-cache.ts';
import { ungradableError } from './gradability.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
import { optionParser, type ParsedOptions } from './reset-options.ts';
import { TaskCatalog } from './task-catalog.ts';

export interface EnvironmentParts<D> extends Omit<EnvironmentContext, 'goldCache'> {
  /** @default one of its own */
  readonly goldCache?: GoldCache;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [D, ...D[]];
}

/** Maximum time that a reset waits for a try of its task, in milliseconds. A later result is kept for the next reset. */
const TRY_MS = 10_000;

/** The environment of a definition: it lists its tasks, and acquires a sandbox for each episode. */
export class PlayedEnvironment<S extends Shape, R extends TaskRecord, D extends PlayableDataset<TaskRecord>>
  implements Environment
{
  readonly id: string;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly options: S;
  readonly language: Environment['language'];
  readonly observation: Shape;
  readonly #definition: EnvironmentDefinition<S, R, D>;
  readonly #sandboxes: SandboxSource;
  readonly #catalog: TaskCatalog<D>;
  readonly #parse: (options: ResetOptions) => ParsedOptions<S>;
  readonly #player: Player<S, D>;

  constructor(definition: EnvironmentDefinition<S, R, D>, parts: EnvironmentParts<D>) {
    const { datasets, goldCache = new GoldCache(), sandboxes, defaults, room } = parts;
    this.#definition = definition;
    this.#sandboxes = sandboxes;
    this.#catalog = new TaskCatalog(definition.id, datasets);
    this.#parse = optionParser(definition.options);
    this.#player = definition.open({ sandboxes, defaults, goldCache, room });
    this.id = definition.id;
    this.images = [...definition.images, ...datasets.flatMap((dataset) => definition.imagesOf(dataset))];
    this.defaultImage = datasets[0].image;
    this.readme = readFileSync(definition.readme, 'utf8');
    this.options = definition.options;
    this.language = definition.prompt.until === 'line' ? 'other' : definition.prompt.until;
    this.observation = definition.observation;
  }

  get info(): EnvironmentInfo {
    const { id, description, semantics } = this.#definition;
    return { id, description, semantics: [...semantics], datasets: this.#catalog.info };
  }

  tasks(dataset: string | undefined): readonly Task[] {
    return this.#catalog.tasks(dataset);
  }

  choose(options: ResetOptions, seed: number): ChosenTask {
    // Refuse invalid options before a sandbox is acquired.
    const parsed = this.#parse(options);
    const task = this.#catalog.choose(parsed, seed);
    const plan = this.#player.plan({ task, options: parsed, ...this.#catalog.record(task) });
    return {
      task,
      begin: (wait) => this.#begin(plan, task, parsed, wait),
      beginIn: (sandbox) => plan.begin(sandbox),
      continue: (copy, wait) => this.#continue(plan, copy, wait),
    };
  }

  secretOf({ dataset, task: wanted = 0 }: Pick<ResetOptions, 'dataset' | 'task'>): TaskSecret {
    const options = this.#parse({ dataset, task: wanted, include_ungradable: true });
    const task = this.#catalog.find(options);
    const known = this.#catalog.record(task);
    return { task, image: this.#imageOf({ task, options, ...known }), gold: this.#goldOf(known) };
  }

  /** `null` for a task that these options cannot play. */
  #imageOf(start: Start<S, D>): string | null {
    try {
      return this.#player.plan(start).image;
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  #goldOf({ dataset, record }: Pick<Start<S, D>, 'dataset' | 'record'>): string | null {
    const gold = this.#definition.goldOf(record as unknown as R, dataset as unknown as DatasetFields);
    return gold === '' ? null : gold;
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
    return this.#sandboxes.acquire({ ...wait, image, purpose: 'episode', environment: this.id });
  }

  async #begin(
    plan: Plan,
    task: Task,
    options: ResetOptions,
    wait: SandboxWait | undefined,
  ): Promise<EnvironmentEpisode> {
    const sandbox = await this.#acquire(plan.image, wait);
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

  /** Try a task at its first episode, if it was not tried yet and the grade depends on it. */
  #try(plan: Plan, task: Task, options: ResetOptions, sandbox: Sandbox): Promise<Ungradable | null> | null {
    const asked = options.include_ungradable !== true && options.semantics !== 'intercode';
    if (plan.try === undefined || !asked || this.#catalog.isTried(task, sandbox.programs)) return null;
    const tried = plan.try(sandbox.image).then((ungradable) => {
      this.#catalog.keep(task, ungradable);
      return ungradable;
    });
    return withDeadline(
      tried.catch(() => null),
      TRY_MS,
      () => null,
    );
  }
}
