import type { z } from 'zod';
import type { ImageDefinition, Sandbox, SandboxSource } from '../docker/sandbox.ts';
import type { ActionObject } from '../protocol/action.ts';
import type { EnvironmentInfo, Ungradable } from '../protocol/environment.ts';
import type { Observation, ResetOptions } from '../protocol/episode.ts';
import type { GoldCache } from './gold-cache.ts';

/** A task as the episode needs it: what the agent is told, where it comes from. */
export interface Task {
  readonly id: string;
  readonly index: number;
  readonly dataset: string;
  readonly instruction: string;
  readonly tags: readonly string[];
  /** Present where it is known that the task cannot be graded. */
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
  /** `null` where the task has none to give, which is no failure: `info.ungraded` says why. Never for what the agent did. */
  readonly reward: number | null;
  /** Whether everything agrees. @default false, and of no meaning without a reward */
  readonly success?: boolean;
  readonly components: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly info?: Readonly<Record<string, unknown>>;
  /** Words for the agent about what failed; they become a part of the step's observation. @default none */
  readonly feedback?: string;
}

/** One play of one task in one sandbox. The server counts turns and keeps order; calls never overlap. */
export interface EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  /** What the agent sees first. */
  readonly initial: ActionOutcome;
  /**
   * Execute code.
   * @param atMostMs cut it after so many milliseconds, whatever deadline it has itself; 0 or below is no time @default never
   * @throws {SandboxError} on an infrastructure fault
   */
  act(action: Extract<ActionObject, { code: string }>, atMostMs?: number): Promise<ActionOutcome>;
  /**
   * Compute the reward of the present state. `final`: no action follows, the agent's processes are ended first.
   * @throws {SandboxError} on an infrastructure fault
   */
  grade(options: { readonly answer?: string; readonly final: boolean }): Promise<Grade>;
  /**
   * Give the sandbox back, where the environment knows more of what is left in it. Never throws; a second call does
   * nothing. @default the sandbox is released as used
   */
  release?(): Promise<void>;
}

export interface EpisodeDefaults {
  readonly stepTimeoutMs: number;
  readonly maxOutputBytes: number;
}

/** Where environments get what they do not make themselves. */
export interface EnvironmentContext {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** Outcomes of golds, kept in memory. */
  readonly goldCache: GoldCache;
}

/** What an episode means: tasks, what an action does, what a reward is. */
export interface Environment {
  /** Versioned id, e.g. `bash-v1`: a change that can change a reward is a new version. */
  readonly id: string;
  readonly info: EnvironmentInfo;
  /** Images that its datasets play on beyond the built-in ones of `docker/images`. */
  readonly images: readonly ImageDefinition[];
  /** Name of the image to keep warm when nothing else is asked for, e.g. `bash`. */
  readonly defaultImage: string;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
  /** Options of a reset beside the common ones, as schemas by name. */
  readonly options: Readonly<Record<string, z.ZodType>>;
  /** Fields of its observations beside `output`, as schemas by name. */
  readonly observation: Readonly<Record<string, z.ZodType>>;
  tasks(dataset: string | undefined, split: string | undefined): readonly Task[];
  /**
   * The task that these options name, or the seed's choice.
   * @throws {ProtocolError} `dataset_not_found`, `task_not_found`, `task_ungradable`
   */
  choose(options: ResetOptions, seed: number): Task;
  /**
   * Begin an episode in a pristine sandbox.
   * @throws {ProtocolError} `task_ungradable` where that shows only now; `choose` knows it from then on
   * @throws {SandboxError} on an infrastructure fault; the sandbox is then released already
   */
  reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode>;
}
