import type { ResetOptions } from '../../protocol/episode.ts';
import type { CheatScript } from '../cheats/cheat-script.ts';
import type { TaskFacts } from '../cheats/cheat-text.ts';
import type { StepwellClient } from '../typescript/client.ts';
import { Skipped } from './broken.ts';
import type { Samples } from './samples.ts';

/** Answers to a task from its record. A server never sends them. */
export interface TaskAnswers {
  /** Whether golds and wrong answers are code of a step, or the answer of the submit. */
  readonly as: 'step' | 'answer';
  readonly gold: string;
  /** Reward of an episode whose only action is the gold: 1, or less with options that also reward earlier actions. */
  readonly goldReward: number;
  /** Plausible but wrong: each must score below the gold. */
  readonly wrong: readonly string[];
  /** Attempts to be rewarded without solving the task: each must score at most the reward of doing nothing. */
  readonly cheats: readonly string[];
}

/** A task that the checks play. */
export interface CheckedTask extends TaskFacts, TaskAnswers {}

/** The server to play on. */
export interface CheckedServer {
  /** E.g. `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Folder of its trajectories; `null` if it is unknown or on another machine. */
  readonly trajectories: string | null;
  /** Kill its sandboxes on an engine of this name; `null` if another process owns them. */
  readonly killSandboxes: ((engine: string) => Promise<void>) | null;
}

/** What to check: an environment with a dataset on a server. */
export interface Subject {
  /** In strict mode, which checks every answer against its schema. */
  readonly client: StepwellClient;
  readonly server: CheckedServer;
  /** E.g. `bash-v1`. */
  readonly environment: string;
  readonly dataset: string;
  /** Options of every reset, e.g. a dialect. */
  readonly options: ResetOptions;
  /** The tasks to play, in order. */
  readonly tasks: readonly CheckedTask[];
  /** Seed of random choices. */
  readonly seed: number;
  /** Code in the environment's language; `null` if its author gave none. */
  readonly samples: Samples | null;
  /** The cheats to play; `null` on a server that the checker did not start, as cheats are destructive. */
  readonly cheats: readonly CheatScript[] | null;
}

/** The tasks to play. @throws {Skipped} there are none */
export function triedTasks({ tasks, dataset }: Subject): readonly [CheckedTask, ...CheckedTask[]] {
  const [first, ...more] = tasks;
  if (first === undefined) throw new Skipped(`no task of ${dataset} has a gold that is known here`);
  return [first, ...more];
}

/** The first task whose gold is a step. @throws {Skipped} there is none */
export function taskWithSteps(subject: Subject): CheckedTask {
  const found = triedTasks(subject).find((task) => task.as === 'step');
  if (found === undefined) throw new Skipped('the golds of the tasks that are tried are answers, not steps');
  return found;
}

/** Samples of code. @throws {Skipped} there are none */
export function samplesOf({ samples, environment }: Subject): Samples {
  if (samples === null) throw new Skipped(`${environment} has no samples.json with code of its language`);
  return samples;
}
