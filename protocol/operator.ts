/** Methods for the operator: what episodes did, and why they got their rewards. No front for agents has them. */

import { z } from 'zod';
import { Ungradable } from './environment.ts';
import { EpisodeId, EpisodeState, TaskRef } from './episode.ts';
import { MAX_FORKS } from './fork.ts';
import { EndReason, ResetEvent, TrajectoryEvent } from './trajectory.ts';

/** Path of a trajectory within the folder of trajectories, e.g. `2026-11-22/0f3c….jsonl`. It names the trajectory. */
export const TrajectoryPath = z
  .string()
  .max(200)
  .regex(/^(\d{4}-\d\d-\d\d\/)?\w[\w.-]*\.jsonl$/, 'e.g. 2026-11-22/<episode id>.jsonl');

/** A day or a time of ISO 8601 (UTC if it names no zone), or how long ago: `90m`, `24h`, `7d`. */
const Moment = z
  .string()
  .regex(
    /^(\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?|\d{1,6}[smhd])$/,
    'give a day (2026-11-22), a time (2026-11-22T08:00) or how long ago (24h, 7d)',
  );

/** Which trajectories are meant: those that have all that is named. */
export const TrajectoryFilter = z.strictObject({
  environment: z.string().optional(),
  dataset: z.string().optional(),
  /** Id of the task. */
  task: z.string().optional(),
  tag: z.string().optional(),
  /** Compares the last reward, e.g. `<0.5`, `>=0.9`, `=1`; `none`: there is none. */
  reward: z
    .string()
    .regex(/^(none|(<=|>=|<|>|=)-?\d+(\.\d+)?)$/, 'give a comparison such as <0.5, >=0.9 or =1, or none')
    .optional(),
  success: z.boolean().optional(),
  /** Whether a failure ended it; or the code of that failure. */
  failure: z.union([z.boolean(), z.string()]).optional(),
  /** Begun at this time or later. */
  since: Moment.optional(),
  /** Begun before this time; a day counts as a whole. */
  until: Moment.optional(),
  /** Whether it has no close event: its episode is open, or its server was killed. */
  open: z.boolean().optional(),
});
export type TrajectoryFilter = z.infer<typeof TrajectoryFilter>;

const count = z.number().int().min(0);

/** What the index knows of a trajectory. */
export const TrajectorySummary = z.object({
  path: TrajectoryPath,
  episode_id: EpisodeId,
  environment: z.string(),
  dataset: z.string(),
  task: z.string(),
  task_index: count,
  seed: z.number().int(),
  tags: z.array(z.string()),
  /** Times of its first and of its last line. */
  begun: z.string(),
  last: z.string(),
  /** Why it ended; `null` without a close event. */
  end: EndReason.nullable(),
  /** Steps that are left, without those that were taken back. */
  steps: count,
  /** Steps whose code failed: `action_executed` is false, or `exit_code` is not 0. */
  errors: count,
  /** The last reward. */
  reward: z.number().nullable(),
  best_reward: z.number().nullable(),
  /** Whether the last grade agrees with the gold in everything. */
  success: z.boolean().nullable(),
  /** Code of the failure that ended it. */
  failure: z.string().nullable(),
  limit: z.enum(['turns', 'time']).nullable(),
  /** From the first line to the last, in milliseconds. */
  duration_ms: z.number().min(0),
  /** Time of the actions in the sandbox, and of the grades, in milliseconds. */
  step_ms: z.number().min(0),
  grade_ms: z.number().min(0),
  fork_of: z.object({ episode_id: EpisodeId, step: count }).nullable(),
  /** Size of the file. */
  bytes: count,
});
export type TrajectorySummary = z.infer<typeof TrajectorySummary>;

export const TrajectoriesListParams = TrajectoryFilter.extend({
  /** `reward`: the lowest first, those without one before them. @default newest */
  order: z.enum(['newest', 'oldest', 'reward']).optional(),
  /** @default 50 */
  limit: z.number().int().min(1).max(500).optional(),
  /** `next_cursor` of the page before, with the same filter and order. */
  cursor: z.string().max(500).optional(),
});
export type TrajectoriesListParams = z.infer<typeof TrajectoriesListParams>;

export const TrajectoriesListResult = z.object({
  trajectories: z.array(TrajectorySummary),
  /** Over all pages. */
  total: count,
  /** `null` on the last page. */
  next_cursor: z.string().nullable(),
});
export type TrajectoriesListResult = z.infer<typeof TrajectoriesListResult>;

export const TrajectoriesReadParams = z.strictObject({
  /** One of `path` and `episode_id`; of several trajectories with an id, the newest. */
  path: TrajectoryPath.optional(),
  episode_id: EpisodeId.optional(),
  /** The first event to return; 0 is the line after the reset. @default 0 */
  from: count.optional(),
  /** @default 50 */
  limit: z.number().int().min(1).max(200).optional(),
});
export type TrajectoriesReadParams = z.infer<typeof TrajectoriesReadParams>;

export const TrajectoriesReadResult = z.object({
  trajectory: TrajectorySummary,
  /** The first line, without the hash of the resume token and the marks of server and sandbox. */
  reset: ResetEvent.omit({ resume_token_sha256: true, server: true, sandbox: true }),
  /** At most about 4 MiB, at least one if there is one. */
  events: z.array(TrajectoryEvent),
  /** `from` for the next page; `null` if these were the last events so far. */
  next: count.nullable(),
  /** Events that the file has after its reset. */
  count,
});
export type TrajectoriesReadResult = z.infer<typeof TrajectoriesReadResult>;

export const TrajectoriesForkParams = z.strictObject({
  /** One of `path` and `episode_id`; of several trajectories with an id, the newest. */
  path: TrajectoryPath.optional(),
  episode_id: EpisodeId.optional(),
  /** The forks begin after this step; 0: after the reset. @default the last step after which the episode went on */
  at_step: count.optional(),
  /** @default 1 */
  count: z.number().int().min(1).max(MAX_FORKS).optional(),
});
export type TrajectoriesForkParams = z.infer<typeof TrajectoriesForkParams>;

export const TrajectoriesChangesParams = z.strictObject({
  /** One of `path` and `episode_id`; of several trajectories with an id, the newest. */
  path: TrajectoryPath.optional(),
  episode_id: EpisodeId.optional(),
  /** Number of the step. */
  step: z.number().int().min(1),
});
export type TrajectoriesChangesParams = z.infer<typeof TrajectoriesChangesParams>;

export const TrajectoriesChangesResult = z.object({
  /** Sorted by path; at most 500. */
  changes: z.array(
    z.object({
      path: z.string(),
      /** `mode_changed`: permission bits, owner or group; `attributes_changed`: only extended attributes. */
      kind: z.enum(['added', 'modified', 'deleted', 'type_changed', 'mode_changed', 'attributes_changed']),
      type: z.enum(['file', 'directory', 'symlink', 'fifo', 'socket', 'other']),
      /** Bytes of a regular file, else 0. */
      size: count,
    }),
  ),
  /** Whether there are no more. */
  complete: z.boolean(),
  /** Whether every observation of the steps before it was the recorded one. */
  exact: z.boolean(),
});

export const TrajectoriesStatsParams = TrajectoryFilter.extend({
  /** `none`: all in one group. @default none */
  by: z.enum(['tag', 'task', 'environment', 'dataset', 'none']).optional(),
});
export type TrajectoriesStatsParams = z.infer<typeof TrajectoriesStatsParams>;

/** What happened up to a turn, as InterCode's experiments report it. */
export const TurnStats = z.object({
  turn: z.number().int().min(1),
  /** Episodes that made it. */
  reached: count,
  /** Share of the graded episodes that had success in it or before. */
  success_rate: z.number(),
  /** Share of the episodes that made it whose code failed in it. */
  error_rate: z.number(),
  /** Mean over the graded episodes of the best reward so far; 0 before the first. */
  mean_reward: z.number(),
});
export type TurnStats = z.infer<typeof TurnStats>;

export const GroupStats = z.object({
  /** The tag, id of the task, environment or dataset; empty for all, and for trajectories without a tag. */
  key: z.string(),
  count,
  /** Those with a reward. The shares and means below are over them. */
  graded: count,
  successes: count,
  success_rate: z.number().nullable(),
  mean_reward: z.number().nullable(),
  /** Over all. */
  mean_steps: z.number().nullable(),
  /** How often each failure ended one, by code. */
  failures: z.record(z.string(), count),
  /** Rewards in ten bins of 0.1; the first has all below 0.1, the last those from 0.9. */
  rewards: z.array(count).length(10),
  /** How many had so many steps. */
  steps: z.record(z.string(), count),
  /** At most the first 100 turns. */
  by_turn: z.array(TurnStats),
});
export type GroupStats = z.infer<typeof GroupStats>;

export const TrajectoriesStatsResult = z.object({
  /** The largest first, at most 1,000. */
  groups: z.array(GroupStats),
});
export type TrajectoriesStatsResult = z.infer<typeof TrajectoriesStatsResult>;

/** What trajectories are exported as; `protocol/export.md` has their schemas. */
export const ExportFormat = z.enum(['sft', 'dpo', 'matrix', 'atif', 'parquet', 'csv']);
export type ExportFormat = z.infer<typeof ExportFormat>;

export const EpisodesListParams = z.strictObject({
  /** @default 1000 */
  limit: z.number().int().min(1).max(1000).optional(),
});

/** An open episode. */
export const LiveEpisode = EpisodeState.extend({
  tags: z.array(z.string()),
  /** Its trajectory; `null` if none is kept. */
  path: z.string().nullable(),
});
export type LiveEpisode = z.infer<typeof LiveEpisode>;

export const EpisodesListResult = z.object({
  /** The oldest first. */
  episodes: z.array(LiveEpisode),
  total: count,
});

export const TasksReadParams = z.strictObject({
  environment: z.string().min(1),
  dataset: z.string().min(1).optional(),
  /** Index or id. */
  task: z.union([count, z.string().min(1)]),
});
export type TasksReadParams = z.infer<typeof TasksReadParams>;

/** A task with what no agent may see. */
export const TasksReadResult = z.object({
  task: TaskRef.extend({ tags: z.array(z.string()), ungradable: Ungradable.optional() }),
  /** Name of the image of its sandboxes; `null` if it depends on more options than these. */
  image: z.string().nullable(),
  /** The one action that solves it. */
  gold: z.string().nullable(),
});
export type TasksReadResult = z.infer<typeof TasksReadResult>;
