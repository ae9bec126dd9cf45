import type { TrajectorySummary } from '../../../protocol/operator.ts';
import { commonBeginning, conversation, factsOf, type Message } from './chat.ts';
import type { Recording } from './recording.ts';

/** A preference: of two episodes of one task, the one with the higher reward. */
export interface Pair<T> {
  readonly better: T;
  readonly worse: T;
}

/**
 * Pairs of episodes of one task: the best with the worst, the second best with the second worst, and so on while the better
 * one is better. Episodes without a reward, and those that a failure ended, are in no pair.
 */
export function pairsOf(summaries: readonly TrajectorySummary[]): Pair<TrajectorySummary>[] {
  const tasks = new Map<string, TrajectorySummary[]>();
  for (const summary of summaries) {
    if (summary.reward === null || summary.failure !== null) continue;
    const key = JSON.stringify([summary.environment, summary.dataset, summary.task]);
    tasks.set(key, [...(tasks.get(key) ?? []), summary]);
  }
  return [...tasks.values()].flatMap((episodes) => {
    const sorted = episodes.sort((a, b) => (b.reward ?? 0) - (a.reward ?? 0));
    return sorted.slice(0, sorted.length >> 1).flatMap((better, at) => {
      const worse = sorted[sorted.length - 1 - at];
      const isBetter = worse !== undefined && (better.reward ?? 0) > (worse.reward ?? 0);
      return isBetter ? [{ better, worse }] : [];
    });
  });
}

/** A pair for DPO. What both have in common at their beginning is the prompt. */
export function preference({ better, worse }: Pair<Recording>): Record<string, unknown> {
  const [chosen, rejected] = [conversation(better), conversation(worse)];
  const common = Math.max(1, commonBeginning(chosen, rejected));
  const { dataset, environment, task } = factsOf(better);
  const prompt: readonly Message[] = chosen.slice(0, common);
  return {
    prompt,
    chosen: chosen.slice(common),
    rejected: rejected.slice(common),
    chosen_reward: better.summary.reward,
    rejected_reward: worse.summary.reward,
    ...{ environment, dataset, task },
    chosen_episode: better.summary.episode_id,
    rejected_episode: worse.summary.episode_id,
  };
}
