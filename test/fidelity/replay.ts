import type { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode } from '../../clients/typescript/episode.ts';
import type { StepResult } from '../../protocol/episode.ts';
import type { ReferenceEpisode } from './reference-data.ts';

interface RewardedStep {
  readonly reference: { readonly rewards: readonly (number | null)[] };
  /** From 0. */
  readonly step: number;
  readonly result: StepResult;
}

/** One step of a replay beside what the reference has. */
export interface ReplayedStep extends RewardedStep {
  readonly reference: ReferenceEpisode;
}

/** Rewards and their parts count as equal within this. */
export const TOLERANCE = 0.011;

/** Whether a step has the reference's reward; a failure never has. */
export function sameReward({ result, reference, step }: RewardedStep): boolean {
  const ours = result.reward;
  const theirs = reference.rewards[step] ?? null;
  if (result.failure !== null) return false;
  if (ours === null || theirs === null) return ours === theirs;
  return Math.abs(ours - theirs) <= TOLERANCE;
}

/** A text for a person to look at, in one line. */
export function shortened(text: string, most: number): string {
  return JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
}

/** Begin an episode of one task with the meaning that InterCode gives to actions. */
export function resetIntercode(
  client: StepwellClient,
  dataset: string,
  task: number,
  reward: 'on_submit' | 'every_step',
): Promise<Episode> {
  return client.reset({ environment: 'bash-v1', dataset, task, semantics: 'intercode', reward });
}

/** Play an episode of the reference again, graded after every step as it was. A failure ends it. */
export async function replayEpisode(
  client: StepwellClient,
  reference: ReferenceEpisode,
): Promise<ReplayedStep[]> {
  const { fs, task_id, actions } = reference;
  await using episode = await resetIntercode(client, `nl2bash-fs${fs}`, task_id, 'every_step');
  const steps: ReplayedStep[] = [];
  for (const [step, action] of actions.entries()) {
    const result = await episode.step(action);
    steps.push({ reference, step, result });
    if (result.failure !== null) break;
  }
  return steps;
}

/** A difference, told for a person. */
export function describeDifference({ reference, step, result }: ReplayedStep): string {
  const short = (text: string) => shortened(text, 240);
  const theirs = [reference.file_diff[step], reference.file_changes[step], reference.answer_similarity[step]];
  const { file_diff, file_changes, answer_similarity } = result.info.reward_components ?? {};
  const ours = [file_diff, file_changes, answer_similarity];
  const { fs, task_id, model, rewards, gold, actions, observations } = reference;
  return [
    `fs${fs} task ${task_id} ${model} step ${step + 1}: ${result.reward} (${ours.join(' ')}), reference ${rewards[step]} (${theirs.join(' ')})`,
    ...(result.failure === null ? [] : [`  failure ${result.failure.code}: ${result.failure.message}`]),
    `  gold   ${short(String(gold))}`,
    `  action ${short(actions[step] ?? '')}`,
    `  ours   ${short(result.observation.output)}`,
    `  theirs ${short(observations[step] ?? '')}`,
  ].join('\n');
}

/** Run `work` over all items, a few at the same time, results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
