import { z } from 'zod';
import { CommonOptions, EpisodeId, ResetOptions, ResetResult, StepParams, StepResult } from './episode.ts';

/** Most episodes of one `episode/reset_many`, and most steps of one `episode/step_many`. */
export const MAX_MANY = 1_024;

/** An error as JSON-RPC writes it, in the place of a result. */
export const EntryError = z.object({
  code: z.number().int(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type EntryError = z.infer<typeof EntryError>;

/** What `episode/reset_many` has besides the options of its resets. */
export const ManyOptions = z.object({
  /** Episodes, or with `tasks` episodes of each task. @default 1 */
  count: z.number().int().min(1).max(MAX_MANY).optional(),
  /** Ids or indices of tasks. @default `task`, or the one that the seed chooses, the same for all */
  tasks: z.array(CommonOptions.shape.task.unwrap()).min(1).max(MAX_MANY).optional(),
  /** Also send each entry as the notification `episode/opened` as soon as it is there. @default false */
  stream: z.boolean().optional(),
});

/** Episodes of the same options, which have one seed: that of the options, or one that is drawn. */
export const ResetManyParams = ResetOptions.extend({
  environment: z.string().min(1),
  ...ManyOptions.shape,
});
export type ResetManyParams = z.infer<typeof ResetManyParams>;

/** An entry that has failed, with the error that a request for it alone would have got. */
export const FailedEntry = z.object({ error: EntryError });
export type FailedEntry = z.infer<typeof FailedEntry>;

/** An episode of `episode/reset_many`, or why there is none. */
export const ResetEntry = z.union([ResetResult, FailedEntry]);
export type ResetEntry = z.infer<typeof ResetEntry>;

/** In the order of the request: task by task. */
export const ResetManyResult = z.object({ episodes: z.array(ResetEntry) });

export const StepManyParams = z.strictObject({ steps: z.array(StepParams).min(1).max(MAX_MANY) });
export type StepManyParams = z.infer<typeof StepManyParams>;

/** Sent after the last `episode/result`. */
export const StepManyResult = z.object({
  /** Steps with a result. */
  done: z.number().int().min(0),
  /** Steps with an error. */
  failed: z.number().int().min(0),
});
export type StepManyResult = z.infer<typeof StepManyResult>;

const requestId = z.union([z.string(), z.number(), z.null()]);

/**
 * The place of a reset that waits for a sandbox. Of `episode/reset_many`: the place of its last entry, when the whole group
 * is there.
 */
export const QueuedNote = z.object({
  /** JSON-RPC id of the waiting request. */
  request_id: requestId,
  environment: z.string(),
  /** Among those that wait for the same sandboxes; 1 is next. */
  position: z.number().int().min(1),
  /** In milliseconds; `null` if nothing is known yet. */
  expected_wait_ms: z.number().min(0).nullable(),
  /** Entries of `episode/reset_many` that wait. */
  waiting: z.number().int().min(1).optional(),
});
export type QueuedNote = z.infer<typeof QueuedNote>;

/** An entry of `episode/reset_many`: `index` from 0 in the order of the request. */
export const OpenedNote = z.object({
  request_id: requestId,
  index: z.number().int().min(0),
  episode: ResetResult.optional(),
  error: EntryError.optional(),
});
export type OpenedNote = z.infer<typeof OpenedNote>;

/** The outcome of a step of `episode/step_many`: `index` from 0 in its list. */
export const ResultNote = z.object({
  request_id: requestId,
  index: z.number().int().min(0),
  episode_id: EpisodeId,
  result: StepResult.optional(),
  error: EntryError.optional(),
});
export type ResultNote = z.infer<typeof ResultNote>;
