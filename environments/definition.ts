import type { z } from 'zod';
import type { ImageDefinition, ImageRef, Sandbox } from '../docker/sandbox.ts';
import type { Ungradable } from '../protocol/environment.ts';
import type { CommonOptions } from '../protocol/episode.ts';
import type { EnvironmentContext, EnvironmentEpisode, Task } from './environment.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
import type { TaskFolderLayout } from './task-folder.ts';

/** What an action means: `native`, or `intercode` for InterCode's answers, quirks included. */
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
   * Why the task cannot be graded on this image, `null` where it can: what grading asks of the gold anyway, and keeps.
   * @throws {SandboxError} on an infrastructure fault
   */
  try?(image: ImageRef): Promise<Ungradable | null>;
}

/** How lines that a person types become actions. */
export interface Prompt {
  /** What stands before the first line of an action; `{cwd}` is the session's working directory. */
  readonly first: string;
  /** What stands before its other lines. */
  readonly more: string;
  /** An action ends with each line, where Bash would run it, or where Python's interpreter would. */
  readonly until: 'line' | 'bash' | 'python';
}

/**
 * All that an environment is: what `stepwell` needs to know to list it, describe it, load its datasets and play it.
 * Everything else (`/schema`, flags, documents, OpenEnv's metadata) is derived. `defineEnvironment` makes it.
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
  /** Options of a reset beside the common ones. Each is optional and described. */
  readonly options: S;
  /** Fields of an observation beside `output`. Observations stay open: fields may be added within a version. */
  readonly observation: Shape;
  /** One task as a dataset stores it. */
  readonly record: z.ZodType<R>;
  /** Fields of `dataset.json` beside the common ones, e.g. `dialect`; each is optional. */
  readonly datasetFields: Shape;
  /** Which files of a task's folder give which fields of its record. */
  readonly layout: TaskFolderLayout;
  /** Fields that all tasks of a list have by the folder that it lies in, with these names in it. */
  shared(folder: string, names: readonly string[]): DatasetFields;
  /** Fields of a dataset that the folders of its tasks and lists give, e.g. databases. @throws {DatasetError} */
  fieldsOf(folders: readonly string[]): DatasetFields;
  /** Name of the image that a plain list of records plays on. */
  readonly image: string;
  /** Images beyond the built-in ones that are not a dataset's. */
  readonly images: readonly ImageDefinition[];
  /** The tasks that it brings. */
  readonly builtIn: D;
  /** A dataset from a file as it is played. @throws {ProtocolError} */
  served(dataset: PlayableDataset<R> & DatasetFields): D;
  /** Images that a dataset brings. */
  imagesOf(dataset: D): readonly ImageDefinition[];
  /** What is wrong with a record of a dataset that only the whole dataset shows; `null` where nothing is. */
  flawOf(dataset: PlayableDataset<R> & DatasetFields): Promise<RecordFlaw | null>;
  /** How a gold is played: as a step before the submit, or as the answer of it, for what would wait for its input. */
  readonly goldAs: 'step' | 'answer';
  /** The one action that solves a task. No server tells it to a client. */
  goldOf(record: R, dataset: DatasetFields): string;
  /** For `stepwell play`. */
  readonly prompt: Prompt;
  /** Names that tests of a task may ask for, the most important one first; an agent could guess them. */
  namesOf(record: R): readonly string[];
  /**
   * Called once for a server: what is kept for all of its episodes, and how one is played.
   */
  open(context: EnvironmentContext): Player<S, D>;
}

/** An environment on one server. */
export interface Player<S extends Shape, D extends PlayableDataset<TaskRecord>> {
  /** @throws {ProtocolError} for options that ask for what there is not; nothing has been taken then */
  plan(start: Start<S, D>): Plan;
}

/** What a dataset's file says beside the common fields. */
export type DatasetFields = Readonly<Record<string, unknown>>;

export interface RecordFlaw {
  /** Index of the record, from 0. */
  readonly record: number;
  readonly field: string;
  readonly reason: string;
}

/** A task that no sandbox can be made ready for. */
export class UnplayableError extends Error {
  override readonly name = 'UnplayableError';
}
