import type { ImageDefinition } from '../docker/image-definition.ts';
import type { Ungradable } from '../protocol/environment.ts';

/** The fields that the task records of all environments have. */
export interface TaskRecord {
  /** Unique in its dataset. */
  readonly id: string;
  /** What the agent is asked to do. */
  readonly instruction: string;
  readonly tags?: readonly string[] | undefined;
  /** Why it cannot be graded; set by an import or a check. */
  readonly ungradable?: Ungradable | undefined;
}

/** A dataset as an environment plays it. */
export interface PlayableDataset<R> {
  readonly name: string;
  /** Name of the image of its episodes. */
  readonly image: string;
  /** The image that it brings, if any. */
  readonly definition: ImageDefinition | null;
  readonly tasks: readonly R[];
  /** Whether every task was tried with its gold, and marked if it cannot be graded. @default false */
  readonly checked?: boolean | undefined;
}

/** A dataset from a file, with the fields of the file besides the common ones, e.g. `dialect`. */
export interface StoredDataset<R = TaskRecord> extends PlayableDataset<R> {
  /** Id of its environment. */
  readonly environment: string;
  readonly [field: string]: unknown;
}
