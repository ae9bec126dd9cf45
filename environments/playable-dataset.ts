import type { ImageDefinition } from '../docker/sandbox.ts';
import type { Ungradable } from '../protocol/environment.ts';

/** What every task record has, whichever environment it is for. */
export interface TaskRecord {
  /** Unique in its dataset. */
  readonly id: string;
  /** What the agent is told. */
  readonly instruction: string;
  readonly tags?: readonly string[] | undefined;
  /** Why it cannot be graded; an import or a check marks it. */
  readonly ungradable?: Ungradable | undefined;
}

/** A dataset as an environment plays it. */
export interface PlayableDataset<R> {
  readonly name: string;
  /** Name of the image that its episodes run in. */
  readonly image: string;
  /** The image that it brings, if any. */
  readonly definition: ImageDefinition | null;
  readonly tasks: readonly R[];
  /** Whether every task was tried with its gold, and marked if it cannot be graded. @default false */
  readonly checked?: boolean | undefined;
}

/** A dataset from a file, with what its file says beside the common fields, e.g. `dialect`. */
export interface StoredDataset<R = TaskRecord> extends PlayableDataset<R> {
  /** Id of its environment. */
  readonly environment: string;
  readonly [field: string]: unknown;
}
