import type { ResetOptions, StepResult } from '../../protocol/episode.ts';
import type { Episode } from '../typescript/episode.ts';
import { TaskUngradableError } from '../typescript/errors.ts';
import { submitToEnd } from '../typescript/submit-to-end.ts';
import { Broken, ensure } from './broken.ts';
import type { CheckedTask, Subject } from './subject.ts';

/** Rewards that differ by less are equal: they are sums of rounded parts. */
export const SAME_REWARD = 1e-5;
/** Deadline of a gold or a wrong answer, in milliseconds. */
export const CODE_MS = 45_000;

/** Begin an episode. @param task @default the seed chooses one */
export async function begin(
  { client, environment, dataset, options }: Subject,
  task: CheckedTask | null,
  more: ResetOptions = {},
): Promise<Episode> {
  const named = task === null ? {} : { task: task.id };
  try {
    return await client.reset({ environment, dataset, ...options, ...named, ...more });
  } catch (error) {
    if (!(error instanceof TaskUngradableError) || task === null) throw error;
    throw new Broken(
      `task ${task.id} cannot be graded: ${error.message}`,
      'correct the task; `stepwell tasks check` names all such tasks of a dataset',
      { cause: error },
    );
  }
}

/** Run code as a step. @throws {Broken} a failure ends the episode */
export async function run(episode: Episode, code: string, timeoutMs?: number): Promise<StepResult> {
  const deadline = timeoutMs === undefined ? {} : { timeout_ms: timeoutMs };
  return sound(episode, await episode.step({ code, ...deadline }));
}

/** Give an answer, as a step or with the submit, and end the episode. @throws {Broken} a failure ends it */
export async function submitted(episode: Episode, { as }: CheckedTask, text: string): Promise<StepResult> {
  if (as === 'answer') return sound(episode, await submitToEnd(episode, text));
  await run(episode, text, CODE_MS);
  return sound(episode, await submitToEnd(episode));
}

/** Play an episode that gives one answer; with `null` it does nothing. @throws {Broken} a failure ends it */
export async function played(
  subject: Subject,
  task: CheckedTask,
  answer: string | null,
  more: ResetOptions = {},
): Promise<StepResult> {
  await using episode = await begin(subject, task, more);
  return answer === null
    ? sound(episode, await submitToEnd(episode))
    : await submitted(episode, task, answer);
}

/** Run the gold as a step. @throws {Broken} a failure ends the episode */
export function runGold(episode: Episode, { gold }: CheckedTask): Promise<StepResult> {
  return run(episode, gold, CODE_MS);
}

/** Whether a result has the gold's reward, with success. */
export function isWhole({ reward, info }: Pick<StepResult, 'reward' | 'info'>, task: CheckedTask): boolean {
  return isGoldReward(reward, task) && info.success === true;
}

export function isGoldReward(reward: unknown, { goldReward }: CheckedTask): boolean {
  return typeof reward === 'number' && Math.abs(reward - goldReward) < SAME_REWARD;
}

/** A reward with its success, in words. */
export function told({ reward, info }: Pick<StepResult, 'reward' | 'info'>): string {
  const success = info.success === undefined ? '' : ` with success ${info.success}`;
  const ungraded = typeof info.ungraded === 'string' ? ` (${info.ungraded})` : '';
  return `${reward === null ? 'no reward' : `reward ${reward}`}${success}${ungraded}`;
}

function sound({ task }: Episode, result: StepResult): StepResult {
  const { failure } = result;
  ensure(
    failure === null,
    `task ${task.id}: step ${result.step} ends with the failure ${failure?.code}: ${failure?.message}`,
    'find its cause: a failure is for faults of the infrastructure, never for what an action did',
  );
  return result;
}
