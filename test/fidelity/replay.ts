import type { Environment, EnvironmentEpisode, Grade } from '../../environments/environment.ts';
import type { ReferenceEpisode } from './reference-data.ts';

/** One step of a replay beside what the reference has. */
export interface ReplayedStep {
  readonly reference: ReferenceEpisode;
  readonly step: number;
  readonly action: string;
  readonly observation: string;
  readonly executed: boolean;
  readonly reward: number | null;
  readonly components: Grade['components'];
}

/** Rewards count as equal within this. */
const TOLERANCE = 0.011;

export function sameReward({ reward, reference, step }: ReplayedStep): boolean {
  const theirs = reference.rewards[step] ?? null;
  if (reward === null || theirs === null) return reward === theirs;
  return Math.abs(reward - theirs) <= TOLERANCE;
}

/** Play an episode of the reference again, graded after every step as it was. */
export async function replayEpisode(
  environment: Environment,
  reference: ReferenceEpisode,
): Promise<ReplayedStep[]> {
  const options = {
    dataset: `nl2bash-fs${reference.fs}`,
    semantics: 'intercode',
    task: reference.task_id,
  } as const;
  const episode: EnvironmentEpisode = await environment.reset(environment.choose(options, 0), options);
  try {
    const steps: ReplayedStep[] = [];
    for (const [step, action] of reference.actions.entries()) {
      const outcome = await episode.act({ code: action });
      const { reward, components } = await episode.grade({ final: false });
      const executed = outcome.info?.action_executed === true;
      steps.push({
        reference,
        step,
        action,
        observation: outcome.observation.output,
        executed,
        reward,
        components,
      });
    }
    return steps;
  } finally {
    await episode.sandbox.release();
  }
}

/** A difference, told for a person. */
export function describeDifference(replayed: ReplayedStep): string {
  const { reference, step, action, observation, reward, components } = replayed;
  const short = (text: string) => JSON.stringify(text.length > 240 ? `${text.slice(0, 240)}…` : text);
  const theirs = [reference.file_diff[step], reference.file_changes[step], reference.answer_similarity[step]];
  const ours = [components.file_diff, components.file_changes, components.answer_similarity];
  return [
    `fs${reference.fs} task ${reference.task_id} ${reference.model} step ${step + 1}: ${reward} (${ours.join(' ')}), reference ${reference.rewards[step]} (${theirs.join(' ')})`,
    `  gold   ${short(String(reference.gold))}`,
    `  action ${short(action)}`,
    `  ours   ${short(observation)}`,
    `  theirs ${short(reference.observations[step] ?? '')}`,
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
