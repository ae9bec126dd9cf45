import type { z } from 'zod';
import type { ImageDefinition } from '../docker/image-definition.ts';
import type { Sandbox, SandboxSnapshot, SandboxSource, SandboxWait } from '../docker/sandbox.ts';
import type { ActionObject } from '../protocol/action.ts';
import type { EnvironmentInfo, Ungradable } from '../protocol/environment.ts';
import type { Observation, ResetOptions } from '../protocol/episode.ts';
import type { GoldCache } from './gold-cache.ts';
import type { StoredDataset } from './playable-dataset.ts';

/** A task as the episode needs it: its instruction and its place in a dataset. */
export interface Task {
  readonly id: string;
  readonly index: number;
  readonly dataset: string;
  readonly instruction: string;
  readonly tags: readonly string[];
  /** Present if the task is known to be ungradable. */
  readonly ungradable?: Ungradable;
}

/** The outcome of one action. `durationMs` is time in the sandbox. */
export interface ActionOutcome {
  readonly observation: Observation;
  readonly durationMs: number;
  /** Facts for `info`, e.g. `action_executed`. */
  readonly info?: Readonly<Record<string, unknown>>;
}

/**
 * A reward from 0 to 1 with its components by name. InterCode's Bash reward adds 0.01 to its parts, and its SQL reward goes
 * down to −1.
 */
export interface Grade {
  /** `null` if the task cannot be graded, which is not a failure: `info.ungraded` says why. Never because of the agent. */
  readonly reward: number | null;
  /** Whether everything agrees with the gold; meaningless without a reward. @default false */
  readonly success?: boolean;
  readonly components: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly info?: Readonly<Record<string, unknown>>;
  /** Text for the agent about what failed; it becomes part of the step's observation. @default none */
  readonly feedback?: string;
  /** What the agent sees next: this submit ended a part of the task, and the episode goes on. @default the submit ends it */
  readonly next?: Observation;
}

/** What a grade is asked for. */
export interface GradeRequest {
  /** That of a submit, if it has one. */
  readonly answer?: string;
  /** No action follows, unless the grade has a `next`: the agent's processes are ended first. */
  readonly final: boolean;
  /** A submit that reaches no limit: the grade may have a `next`. @default false */
  readonly mayGoOn?: boolean;
  /** Maximum time of a grade that the agent's work may use, in milliseconds. @default the environment's own limits */
  readonly atMostMs?: number;
}

/** One episode of one task in one sandbox. The server counts turns and keeps the order; calls never overlap. */
export interface EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  /** What the agent sees first. */
  readonly initial: ActionOutcome;
  /**
   * Execute code.
   * @param atMostMs cut it after this many milliseconds, even if its own deadline is later; 0 or below: at once @default never
   * @throws {SandboxError} on an infrastructure fault
   */
  act(action: Extract<ActionObject, { code: string }>, atMostMs?: number): Promise<ActionOutcome>;
  /**
   * Compute the reward of the current state.
   * @throws {SandboxError} on an infrastructure fault
   */
  grade(request: GradeRequest): Promise<Grade>;
  /**
   * What this episode knows now besides its sandbox: the same episode in a sandbox with the same state. The result stays valid
   * when this one goes on.
   * @default its state is only made again by playing its actions again
   */
  copy?(): (sandbox: Sandbox) => EnvironmentEpisode;
  /**
   * Release the sandbox, if the environment knows what the episode left in it. Never throws; a second call does nothing.
   * @default the sandbox is released as used
   */
  release?(): Promise<void>;
}

/** A task with the options of its reset, ready to begin. */
export interface ChosenTask {
  readonly task: Task;
  /**
   * Begin an episode in a pristine sandbox. It may be called again, for an episode in another one.
   * @param wait how it waits for the sandbox @default as long as the server's setting says
   * @throws {ProtocolError} `task_ungradable` where that shows only now; `choose` knows it from then on
   * @throws {SandboxError} on an infrastructure fault; the sandbox is then released already
   */
  begin(wait?: SandboxWait): Promise<EnvironmentEpisode>;
  /**
   * Begin in a sandbox that has begun this task already, and answers the same calls as it did then.
   * @throws {SandboxError} if the calls differ; the sandbox is not released
   */
  beginIn?(sandbox: Sandbox): Promise<EnvironmentEpisode>;
  /**
   * Continue a copied episode of this task in a sandbox with this state.
   * @throws {SandboxError} `not_supported` if a sandbox cannot take the state; the sandbox is then released already
   */
  continue?(copy: EpisodeCopy, wait?: SandboxWait): Promise<EnvironmentEpisode>;
}

/** The present state of an episode: that of its sandbox, and what it knows itself. */
export interface EpisodeCopy {
  readonly snapshot: SandboxSnapshot;
  readonly episodeIn: (sandbox: Sandbox) => EnvironmentEpisode;
}

export interface EpisodeDefaults {
  readonly stepTimeoutMs: number;
  readonly maxOutputBytes: number;
}

/** What a server provides to its environments. */
export interface EnvironmentContext {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** Outcomes of golds, kept in memory. */
  readonly goldCache: GoldCache;
  /** What its sandboxes have. @default unknown: nothing is refused for it */
  readonly room?: SandboxRoom | undefined;
}

/** What the sandboxes of a server have for a task. */
export interface SandboxRoom {
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Of the changes on the disk. */
  readonly layerBytes: number;
  readonly network: 'none' | 'bridge';
  /** Whether a task that wants more of the limits is played with these, instead of being refused. */
  readonly lowers: boolean;
}

/** An environment: its tasks, its episodes and their rewards. */
export interface Environment {
  /** Versioned id, e.g. `bash-v1`: a change that can change a reward is a new version. */
  readonly id: string;
  readonly info: EnvironmentInfo;
  /** Images of its datasets besides the built-in ones of `docker/images`. */
  readonly images: readonly ImageDefinition[];
  /** Name of the image that is kept warm by default, e.g. `bash`. */
  readonly defaultImage: string;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
  /** Reset options besides the common ones, as schemas by name. */
  readonly options: Readonly<Record<string, z.ZodType>>;
  /** What its session takes; `other`: code that cannot handle files. */
  readonly language: 'bash' | 'python' | 'other';
  /** Fields of its observations besides `output`, as schemas by name. */
  readonly observation: Readonly<Record<string, z.ZodType>>;
  tasks(dataset: string | undefined): readonly Task[];
  /**
   * The task that these options name, or the one that the seed chooses. It takes no sandbox.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`, `task_ungradable`; `unsupported` or `invalid_params` for
   * options that the environment cannot serve
   * @param of a task of an episode that goes on: it is chosen from the datasets as they were when that episode began
   */
  choose(options: ResetOptions, seed: number, of?: Task): ChosenTask;
  /**
   * Make ready to play these datasets instead of those besides the built-in one. Episodes that have begun keep theirs.
   * @param datasets of all environments
   * @returns what puts them in place
   * @throws {ProtocolError} @throws {DatasetError} one cannot be played; nothing has changed then
   */
  prepareDatasets?(datasets: readonly StoredDataset[]): () => void;
}
