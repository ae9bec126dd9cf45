import type { StepResult } from '../../protocol/episode.ts';
import type { Episode } from './episode.ts';

/** A task has fewer parts than that. */
const MOST_PARTS = 100;

/**
 * Submit until the episode ends: in a task with several parts, a submit ends only the current one.
 * @param answer of the first submit @default none
 * @returns the last result
 */
export async function submitToEnd(episode: Episode, answer?: string): Promise<StepResult> {
  let result = await episode.submit(answer);
  for (let part = 1; part < MOST_PARTS; part += 1) {
    if (result.terminated || result.truncated || result.failure !== null) break;
    result = await episode.submit();
  }
  return result;
}
