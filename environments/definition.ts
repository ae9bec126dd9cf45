import type { z } from 'zod';
import type { ImageDefinition } from '../docker/image-definition.ts';
import type { ImageRef, Sandbox } from '../docker/sandbox.ts';
import type { Ungradable } from '../protocol/environment.ts';
import type { CommonOptions } from '../protocol/episode.ts';
import type { EnvironmentContext, EnvironmentEpisode, Task } from './environment.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
import type { TaskFolderLayout } from './task-folder.ts';

/** How actions are answered: `native`, or `intercode` for InterCode's answers, quirks included. */
export type Semantics = 'native' | 'intercode';

/** zod schemas by name. */
export type Shape = Readonly<Record<string, z.ZodType>>;

/** The common options of a reset and an environment's own. */
export type OptionsOf<S extends Shape> = CommonOptions & {
  readonly semantics?: Semantics | undefined;
} & z.output<z.ZodObject<S>>;

/** A task to be played, with the options of its reset. */
export interface Start<
  S extends Shape = Shape,
  D extends PlayableDataset<TaskRecord> = PlayableDataset<TaskRecord>,
> {
  readonly task: Task;
  readonly dataset: D;
  readonly record: D['tasks'][number];
  readonly options: OptionsOf<S>;
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
   * Why the task cannot be graded on this image, `null` if it can. It runs the gold, whose outcome is kept for grading.
   * @throws {SandboxError} on an infrastructure fault
   */
  try?(image: ImageRef): Promise<Ungradable | null>;
}

/** How typed lines become actions. */
export interface Prompt {
  /** Prompt before the first line of an action; `{cwd}` is the session's working directory. */
  readonly first: string;
  /** Prompt before its other lines. */
  readonly more: string;
  /** Where an action ends: at each line, or where Bash or Python's interpreter would run it. */
  readonly until: 'line' | 'bash' | 'python';
}

/**
 * An environment: all that `stepwell` needs to list it, describe it, load its datasets and play it. Everything else
 * (`/schema`, flags, documents, OpenEnv's metadata) is derived from it. `defineEnvironment` makes one.
 */
export interface EnvironmentDefinition<
  S extends Shape = Shape,
  R extends TaskRecord = TaskRecord,
  D extends PlayableDataset<TaskRecord> = PlayableDataset<TaskRecord>,
> {
  /** Versioned id, e.g. `bash-v1`: a change that can change a reward is a new version. */
  readonly id: string;
  /** One sentence, for lists. */
  readonly description: string;
  /** Its README: a Markdown file, for OpenEnv's `metadata`. */
  readonly readme: URL;
  /** The first is the default. */
  readonly semantics: readonly [Semantics, ...Semantics[]];
  /**
   * Reset options besides the common ones. Each is optional and has a description. A schema may transform its value: episodes
   * get the result, the trajectory has what the client sent.
   */
  readonly options: S;
  /** Fields of an observation besides `output`. A version may add fields. */
  readonly observation: Shape;
  /** One task as a dataset stores it. */
  readonly record: z.ZodType<R>;
  /** Fields of `dataset.json` besides the common ones, e.g. `dialect`; each is optional. */
  readonly datasetFields: Shape;
  /** Which files of a task's folder give which fields of its record. */
  readonly layout: TaskFolderLayout;
  /** Fields that all tasks of a list get from its folder. @param names of the files in the folder */
  shared(folder: string, names: readonly string[]): DatasetFields;
  /** Fields of a dataset that the folders of its tasks and lists give, e.g. databases. @throws {DatasetError} */
  fieldsOf(folders: readonly string[]): DatasetFields;
  /** Name of the image of a plain list of records. */
  readonly image: string;
  /** Images besides the built-in ones and those of datasets. */
  readonly images: readonly ImageDefinition[];
  /** Its built-in tasks. */
  readonly builtIn: D;
  /** A dataset from a file as it is played. @throws {ProtocolError} */
  served(dataset: PlayableDataset<R> & DatasetFields): D;
  /** Images that a dataset brings. */
  imagesOf(dataset: D): readonly ImageDefinition[];
  /** An error in a record that only the whole dataset shows; `null` if there is none. */
  flawOf(dataset: PlayableDataset<R> & DatasetFields): Promise<RecordFlaw | null>;
  /** How a gold is played: as a step before the submit, or as the answer of the submit, e.g. if it would wait for input. */
  goldAs(record: R): 'step' | 'answer';
  /** The one action that solves a task. No agent gets it. */
  goldOf(record: R, dataset: DatasetFields): string;
  /** Reward of an episode whose only action is the gold, 0 to 1: below 1 if these options also reward earlier actions. */
  goldReward(record: R, dataset: DatasetFields, options: z.output<z.ZodObject<S>>): number;
  /** What `stepwell tasks check` must know of a task besides its answers. */
  trialOf(record: R): TaskTrial;
  /** For `stepwell play`. */
  readonly prompt: Prompt;
  /** Names that tests of a task may use, the most important one first; an agent could guess them. */
  namesOf(record: R): readonly string[];
  /**
   * Called when a server starts, and each time that it has reloaded its datasets. The result keeps what all episodes of these
   * datasets share.
   */
  open(context: EnvironmentContext): Player<S, D>;
}

/** An environment on one server. */
export interface Player<S extends Shape, D extends PlayableDataset<TaskRecord>> {
  /** @throws {ProtocolError} for options that this dataset or task does not support; no sandbox has been acquired then */
  plan(start: Start<S, D>): Plan;
}

/** How a check plays a task. */
export interface TaskTrial {
  /** Whether the task has a gold. @default true */
  readonly hasGold?: boolean;
  /** Code of the gold by parts of the task, each played before a submit. @default the gold is played before the first one */
  readonly goldParts?: readonly string[];
  /** Reward of doing nothing that the task declares, from 0 to below 1. @default 0 */
  readonly noOpReward?: number;
  /** The agent's time for the gold, in milliseconds. @default that of `stepwell tasks check` */
  readonly agentMs?: number;
  /** Time of each verifier, in their order, in milliseconds. @default unknown */
  readonly verifierMs?: readonly number[];
  /** Hash of files that belong to the task, but are in neither its record nor its image. @default there are none */
  readonly filesHash?: string;
}

/** Fields of a dataset's file besides the common ones. */
export type DatasetFields = Readonly<Record<string, unknown>>;

export interface RecordFlaw {
  /** Index of the record, from 0. */
  readonly record: number;
  readonly field: string;
  readonly reason: string;
}

/** A task whose start state cannot be made in any sandbox. */
export class UnplayableError extends Error {
  override readonly name = 'UnplayableError';
}
