import { z } from 'zod';
import { Action } from './action.ts';
import { EpisodeId, Observation, ResetInfo, ResetOptions, StepInfo, StepResult, TaskRef } from './episode.ts';
import { Explanation } from './explanation.ts';
import { Failure } from './failure.ts';
import { Restored } from './fork.ts';

/** Version of the trajectory format. It increases when a reader of the previous version would misread or refuse a file. */
export const TRAJECTORY_VERSION = 4;
/** Oldest version that this program reads. */
export const OLDEST_TRAJECTORY_VERSION = 2;

/**
 * Path of a trajectory within the folder of trajectories: the day in UTC and a file name made from the episode id, e.g.
 * `2026-11-22/0f3c….jsonl`. The file name has no separators and no leading dot, and at most 80 characters of the id.
 */
export function trajectoryPath(episodeId: string, begun: Date): string {
  const name = episodeId.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
  return `${begun.toISOString().slice(0, 10)}/${name.slice(0, 80)}.jsonl`;
}

const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Where a fork began. The steps of the other episode up to there follow the reset. */
export const ForkOrigin = Restored.extend({
  /** The other episode. */
  episode_id: EpisodeId,
  /** Number of its steps that follow. */
  step: z.number().int().min(0),
});

/** The first line: everything that a replay needs to begin the same episode. */
export const ResetEvent = z.object({
  event: z.literal('reset'),
  version: z.number().int().min(OLDEST_TRAJECTORY_VERSION).max(TRAJECTORY_VERSION),
  time,
  episode_id: EpisodeId,
  environment: z.string(),
  /** As the client gave them. */
  options: ResetOptions,
  task: TaskRef,
  observation: Observation,
  /** SHA-256 of `canonicalJson(observation)`, in hex. */
  observation_sha256: sha256,
  /** With the seed in use, the image and its digest, engine and isolation. */
  info: ResetInfo,
  protocol_version: z.number().int(),
  stepwell_version: z.string(),
  /** SHA-256 of the episode's resume token, in hex. */
  resume_token_sha256: sha256.optional(),
  /** Mark of the server's process; another server goes on with the episode only when that process has ended. */
  server: z.string().optional(),
  /** The sandbox, if it outlives its server: the next one takes it back by this reference. */
  sandbox: z.string().optional(),
  /** Present if the episode is a fork of another one. */
  fork: ForkOrigin.optional(),
});
export type ResetEvent = z.infer<typeof ResetEvent>;

/** One step with its whole result. */
export const StepEvent = StepResult.omit({ replayed: true }).extend({
  event: z.literal('step'),
  time,
  /** As the client sent it. */
  action: Action,
  observation_sha256: sha256,
});
export type StepEvent = z.infer<typeof StepEvent>;

/** A grade asked for between steps. */
export const EvaluateEvent = z.object({
  event: z.literal('evaluate'),
  time,
  /** Steps done before it. */
  after_step: z.number().int().min(0),
  reward: z.number().nullable(),
  failure: Failure.nullable(),
  info: StepInfo,
});
export type EvaluateEvent = z.infer<typeof EvaluateEvent>;

/** The end of an episode whose time ran out between two steps, with its last grade, if any. */
export const LimitEvent = EvaluateEvent.extend({ event: z.literal('limit') });
export type LimitEvent = z.infer<typeof LimitEvent>;

/** Another connection took the episode over with its resume token. */
export const ResumeEvent = z.object({
  event: z.literal('resume'),
  time,
  /** Steps done before it. */
  after_step: z.number().int().min(0),
  /**
   * `socket`: the episode went on as it was. `sandbox`: its server had ended, and it went on in its own sandbox, with its session.
   * `replay`: its server had ended, and it was played again in a fresh sandbox.
   */
  how: z.enum(['socket', 'sandbox', 'replay']),
  /** Whether every observation of the replay was the recorded one. */
  exact: z.boolean(),
  /** Mark of the server's process, if the one of before had ended. */
  server: z.string().optional(),
  /** The sandbox after a replay, as in the reset. */
  sandbox: z.string().optional(),
});
export type ResumeEvent = z.infer<typeof ResumeEvent>;

/** Steps were taken back: the numbers of the steps that follow begin again after `to_step`. */
export const UndoEvent = Restored.extend({
  event: z.literal('undo'),
  time,
  /** Number of steps taken back. */
  steps: z.number().int().min(1),
  /** Steps that are left. */
  to_step: z.number().int().min(0),
  /** The sandbox in which it goes on, as in the reset. */
  sandbox: z.string().optional(),
});
export type UndoEvent = z.infer<typeof UndoEvent>;

/** Why the grade of the line before gave its reward. It is for the operator; no client that plays the episode gets it. */
export const ExplanationEvent = z.object({
  event: z.literal('explanation'),
  time,
  /** Steps done before it, with the graded one. */
  after_step: z.number().int().min(0),
  explanation: Explanation,
});
export type ExplanationEvent = z.infer<typeof ExplanationEvent>;

/** Why an episode ended: by itself, or because someone closed it. */
export const EndReason = z.enum(['terminated', 'truncated', 'failure', 'client', 'disconnect', 'shutdown']);
export type EndReason = z.infer<typeof EndReason>;

/** The last line. A file without one belongs to an episode that is still open, or to a server that was killed. */
export const CloseEvent = z.object({
  event: z.literal('close'),
  time,
  reason: EndReason,
  steps: z.number().int().min(0),
});
export type CloseEvent = z.infer<typeof CloseEvent>;

/** One line of a trajectory file. */
export const TrajectoryEvent = z.discriminatedUnion('event', [
  ResetEvent,
  StepEvent,
  EvaluateEvent,
  LimitEvent,
  ExplanationEvent,
  ResumeEvent,
  UndoEvent,
  CloseEvent,
]);
export type TrajectoryEvent = z.infer<typeof TrajectoryEvent>;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) copy[key] = sorted((value as Record<string, unknown>)[key]);
  return copy;
}

/** JSON without white space, the keys of every object sorted by UTF-16 code units: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}
