import type { StepResult } from '../protocol/episode.ts';
import type { EndReason } from '../protocol/trajectory.ts';
import type { Turn } from './turn.ts';

/** The end of an episode that is not graded. */
export const UNGRADED: Turn = {
  observation: { output: '' },
  reward: null,
  terminated: false,
  limit: 'time',
  failure: null,
  info: { duration_ms: 0 },
};

/** A turn as the client sees it. */
export function resultOf(
  step: number,
  { observation, reward, terminated, limit, failure, info }: Turn,
): StepResult {
  return {
    step,
    observation,
    reward,
    terminated,
    truncated: failure !== null || limit !== undefined,
    failure,
    info: limit === undefined ? info : { ...info, limit },
  };
}

/** Why this step ends the episode; `undefined` where it goes on. */
export function endOf({ failure, terminated, truncated }: StepResult): EndReason | undefined {
  if (failure !== null) return 'failure';
  if (terminated) return 'terminated';
  return truncated ? 'truncated' : undefined;
}
