import { z } from 'zod';
import { EpisodeId } from './episode.ts';
import { FailedEntry } from './many.ts';

/** Maximum number of episodes that one fork gives. */
export const MAX_FORKS = 64;

/**
 * How a state was made again. `copy`: files and session were copied. `replay`: the recorded actions were played again in a fresh
 * sandbox. `checkpoint`: the processes themselves were copied; no engine does this yet.
 */
export const Restoration = z.enum(['copy', 'replay', 'checkpoint']);
export type Restoration = z.infer<typeof Restoration>;

/** A state that was made again, and how well. */
export const Restored = z.object({
  how: Restoration,
  /** Whether the observations of a replay equalled the recorded ones, by hash. A copy is exact. */
  exact: z.boolean(),
  /** What the new state lacks, or has only started again, in words. */
  not_carried: z.array(z.string()),
});
export type Restored = z.infer<typeof Restored>;

export const ForkParams = z.strictObject({
  episode_id: EpisodeId,
  /** The forks begin after this step; 0: after the reset. @default the last step after which the episode went on */
  at_step: z.number().int().min(0).optional(),
  /** @default 1 */
  count: z.number().int().min(1).max(MAX_FORKS).optional(),
});
export type ForkParams = z.infer<typeof ForkParams>;

export const ForkedEpisode = Restored.extend({
  episode_id: EpisodeId,
  resume_token: z.string(),
  /** Steps made so far: the next one has the number `step_count + 1`. */
  step_count: z.number().int().min(0),
});
export type ForkedEpisode = z.infer<typeof ForkedEpisode>;

export const ForkResult = z.object({ episodes: z.array(z.union([ForkedEpisode, FailedEntry])) });
export type ForkResult = z.infer<typeof ForkResult>;

export const UndoParams = z.strictObject({
  episode_id: EpisodeId,
  /** Number of steps to take back. @default 1 */
  steps: z.number().int().min(1).optional(),
});
export type UndoParams = z.infer<typeof UndoParams>;

export const UndoResult = Restored.extend({
  episode_id: EpisodeId,
  /** Steps that are left: the next one has the number `step_count + 1`. */
  step_count: z.number().int().min(0),
});
export type UndoResult = z.infer<typeof UndoResult>;
