import { z } from 'zod';
import { EpisodeId, EpisodeStatus } from './episode.ts';

/** Shortest interval between two updates that a client may ask for, in milliseconds. */
const MIN_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 60_000;

export const WatchParams = z.strictObject({
  /** Time between two updates in milliseconds, 100 to 60,000. @default 250 */
  interval_ms: z.number().int().min(MIN_INTERVAL_MS).max(MAX_INTERVAL_MS).optional(),
});
export type WatchParams = z.infer<typeof WatchParams>;

/** What is in use. The first update follows. */
export const WatchResult = z.object({ interval_ms: z.number().int() });

export const UnwatchParams = z.strictObject({});
/** Whether the connection was watching. */
export const UnwatchResult = z.object({ watched: z.boolean() });

/** What changes while an episode goes on. */
export const EpisodeChange = z.object({
  episode_id: EpisodeId,
  status: EpisodeStatus,
  step_count: z.number().int().min(0),
  /** The last reward that was given. */
  reward: z.number().nullable(),
});
export type EpisodeChange = z.infer<typeof EpisodeChange>;

/** An episode that a watcher sees for the first time. */
export const LiveEpisode = EpisodeChange.extend({
  environment: z.string(),
  dataset: z.string(),
  /** Id of the task. */
  task: z.string(),
  /** Its beginning: at most 200 characters. */
  instruction: z.string(),
  /** Who plays it: a front and a number, e.g. `v1 #3`; `null` if nobody says. */
  client: z.string().nullable(),
  tags: z.array(z.string()),
  /** Milliseconds since the reset. */
  age_ms: z.number().min(0),
});
export type LiveEpisode = z.infer<typeof LiveEpisode>;

/** An episode that is open no more. */
export const EndedEpisode = EpisodeChange.extend({
  terminated: z.boolean(),
  truncated: z.boolean(),
  /** Code of the fault that ended it. */
  failure: z.string().nullable(),
});
export type EndedEpisode = z.infer<typeof EndedEpisode>;

/** Steps of one environment since the sample of before. */
export const StepRate = z.object({
  environment: z.string(),
  /** Since the server began. */
  steps: z.number().int().min(0),
  per_second: z.number().min(0),
  /** Time of a step in the server in milliseconds, from the buckets of `/metrics`; `null` without a step. */
  p50_ms: z.number().min(0).nullable(),
  p95_ms: z.number().min(0).nullable(),
});
export type StepRate = z.infer<typeof StepRate>;

/** Sandboxes of one image. */
export const PoolState = z.object({
  image: z.string(),
  /** Number of sandboxes by state: `starting`, `ready`, `leased`, `resetting`, `gone`. */
  states: z.record(z.string(), z.number().int().min(0)),
  /** Requests that wait for a sandbox of it. */
  waiting: z.number().int().min(0),
  /** Sandboxes that are kept warm. */
  warm: z.number().int().min(0),
});
export type PoolState = z.infer<typeof PoolState>;

/** The server as a whole, about once a second. */
export const ServerSample = z.object({
  open_episodes: z.number().int().min(0),
  rates: z.array(StepRate),
  pools: z.array(PoolState),
  /** Starts of sandboxes that failed, since the server began. */
  failed_starts: z.number().int().min(0),
  /** Infrastructure faults since the server began. */
  failures: z.array(z.object({ class: z.string(), code: z.string(), count: z.number().int().min(1) })),
});
export type ServerSample = z.infer<typeof ServerSample>;

/**
 * What has changed since the update of before. While a watcher does not read, none is sent, and the next one has all changes
 * of that time in one. An episode that begins and ends between two updates is in none.
 */
export const UpdateNote = z.object({
  /** At most 500; the next update has more. */
  opened: z.array(LiveEpisode),
  changed: z.array(EpisodeChange),
  ended: z.array(EndedEpisode),
  sample: ServerSample.optional(),
});
export type UpdateNote = z.infer<typeof UpdateNote>;
