import type { ResetOptions } from '../../protocol/episode.ts';
import type { CheatScript } from '../cheats/cheat-script.ts';
import type { TaskFacts } from '../cheats/cheat-text.ts';
import type { StepwellClient } from '../typescript/client.ts';
import { NotShown } from './check.ts';
import type { Samples } from './samples.ts';

/** Answers to a task that its record knows and no server tells. */
export interface TaskAnswers {
  /** Whether golds and wrong answers are code of a step, or what is given with the submit. */
  readonly as: 'step' | 'answer';
  readonly gold: string;
  /** Plausible but wrong: each must score below 1. */
  readonly wrong: readonly string[];
  /** Answers that try to be rewarded without solving the task: each must score no more than doing nothing. */
  readonly cheats: readonly string[];
}

/** A task that the checks play. */
export interface CheckedTask extends TaskFacts, TaskAnswers {}

/** The server that is played on. */
export interface CheckedServer {
  /** E.g. `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Folder of its trajectories, where it is known and on this machine. */
  readonly trajectories: string | null;
  /** Kill its sandboxes on an engine of this name; `null` where they are not this process's. */
  readonly killSandboxes: ((engine: string) => Promise<void>) | null;
}

/** What is checked: an environment with a dataset on a server. */
export interface Subject {
  /** In strict mode, so that every answer is compared with its schema. */
  readonly client: StepwellClient;
  readonly server: CheckedServer;
  /** E.g. `bash-v1`. */
  readonly environment: string;
  readonly dataset: string;
  /** Given with every reset, e.g. a dialect. */
  readonly options: ResetOptions;
  /** The tasks that are tried, in this order. */
  readonly tasks: readonly CheckedTask[];
  /** Where random choices begin. */
  readonly seed: number;
  /** Code in the environment's language, where its author gave some. */
  readonly samples: Samples | null;
  /** The cheats that are played; `null` where the server is not the checker's own: they destroy what they reach. */
  readonly cheats: readonly CheatScript[] | null;
}

/** The tasks that are tried. @throws {NotShown} there is none */
export function triedTasks({ tasks, dataset }: Subject): readonly [CheckedTask, ...CheckedTask[]] {
  const [first, ...more] = tasks;
  if (first === undefined) throw new NotShown(`no task of ${dataset} has a gold that is known here`);
  return [first, ...more];
}

/** The first task whose gold is a step. @throws {NotShown} there is none */
export function taskWithSteps(subject: Subject): CheckedTask {
  const found = triedTasks(subject).find((task) => task.as === 'step');
  if (found === undefined) throw new NotShown('the golds of the tasks that are tried are answers, not steps');
  return found;
}

/** Samples of code. @throws {NotShown} there are none */
export function samplesOf({ samples, environment }: Subject): Samples {
  if (samples === null) throw new NotShown(`${environment} has no samples.json with code of its language`);
  return samples;
}
