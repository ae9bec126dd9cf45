import { z } from 'zod';
import { Action, MAX_EXTENSION } from './action.ts';
import { Failure } from './failure.ts';

/** Longest wall-clock time that a client may give an episode, or a reset in the queue, in milliseconds: a day. */
const MAX_EPISODE_MS = 86_400_000;

export const EpisodeId = z.string().min(1).max(128);

/** Maximum number of tags of an episode. */
export const MAX_TAGS = 16;
/** E.g. `run-7` or `lr=3e-5`. */
export const Tag = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9 ._:/@+=#-]*$/, 'a tag has letters, digits, spaces and . _ : / @ + = # -');

/**
 * When the reward is computed: when a submit or a limit of turns or time ends the episode; only at a submit; or after every
 * step, as in the published InterCode experiments.
 */
export const RewardMode = z.enum(['on_end', 'on_submit', 'every_step']);
export type RewardMode = z.infer<typeof RewardMode>;

/** Options of one episode that every environment has. */
export const CommonOptions = z.object({
  task: z
    .union([z.number().int().min(0), z.string().min(1)])
    .optional()
    .describe('Index of the task in the dataset, from 0, or its id. Default: the seed chooses the task.'),
  dataset: z
    .string()
    .min(1)
    .optional()
    .describe("Name of the dataset. Default: the environment's built-in tasks."),
  seed: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The same seed gives the same task order on every machine. Default: a random seed.'),
  max_turns: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Number of steps after which the episode is truncated. Default: no limit.'),
  turn_reminder: z
    .boolean()
    .optional()
    .describe(
      'Each observation ends with the number of turns left, and has it as `turns_left`. Needs `max_turns`. Default: false.',
    ),
  extend_steps: z
    .number()
    .int()
    .min(0)
    .max(MAX_EXTENSION)
    .optional()
    .describe(
      'Turns that the agent may add to `max_turns` by the action `{"extend": n}` or the text `extend n`, in all. Default: 0.',
    ),
  max_duration_ms: z
    .number()
    .int()
    .min(1)
    .max(MAX_EPISODE_MS)
    .optional()
    .describe(
      'Wall-clock time in milliseconds, counted from the reset, after which the episode is truncated, even if no step comes. Default: no limit.',
    ),
  reward: RewardMode.optional().describe(
    'When the reward is computed: `on_end` (at a submit, or when `max_turns` or `max_duration_ms` truncates the episode), `on_submit`, `every_step`. Default: `on_end`.',
  ),
  tags: z
    .array(Tag)
    .max(MAX_TAGS)
    .optional()
    .describe(
      'Tags by which the trajectory is found again, e.g. the name of a run: at most 16, each of 1 to 64 letters, digits, spaces and `._:/@+=#-`. The agent does not see them. Default: none.',
    ),
  include_ungradable: z
    .boolean()
    .optional()
    .describe(
      'Also draw tasks that cannot be graded, and allow one as `task`. Their `reward` is null. Default: false.',
    ),
  max_output_bytes: z
    .number()
    .int()
    .min(256)
    .max(16_777_216)
    .optional()
    .describe("Bytes of output kept per action, head and tail. Default: the server's `--max-output-bytes`."),
  queue_timeout_ms: z
    .number()
    .int()
    .min(0)
    .max(MAX_EPISODE_MS)
    .optional()
    .describe(
      "Time in milliseconds that the reset may wait for a sandbox; 0 does not wait. Default: the server's `--queue-timeout-ms`.",
    ),
});
export type CommonOptions = z.infer<typeof CommonOptions>;

/**
 * Options of one episode, the same for `episode/reset` and OpenEnv's `reset.data`: the common ones, and those of the
 * environment's definition. A server refuses an option that the environment does not have, and names it.
 */
export const ResetOptions = CommonOptions.loose();
export type ResetOptions = z.infer<typeof ResetOptions>;

/** Environments add fields of their own, which their definitions describe, e.g. `exit_code` and `timed_out`. */
export const Observation = z.looseObject({ output: z.string() });
export type Observation = z.infer<typeof Observation>;

/** Facts about a step besides its observation. `reward_components` has the parts of the reward by name. */
export const StepInfo = z.looseObject({
  /** Time of the action in the sandbox, in milliseconds. */
  duration_ms: z.number().min(0),
  /** Time from the request to its start, in milliseconds: behind earlier requests of the episode, or for a place. */
  queue_ms: z.number().min(0).optional(),
  /** Time of the grade, in milliseconds; 0 without one. */
  grade_ms: z.number().min(0).optional(),
  /** Whether everything agrees with the gold; present if `reward` is a number. */
  success: z.boolean().optional(),
  /** Why a graded step has no reward. The reason is in the task, never in what the agent did. */
  ungraded: z.string().optional(),
  /** Which limit truncated the episode at this step. */
  limit: z.enum(['turns', 'time']).optional(),
  reward_components: z.record(z.string(), z.number()).optional(),
  action_executed: z.boolean().optional(),
});
export type StepInfo = z.infer<typeof StepInfo>;

export const TaskRef = z.object({
  id: z.string(),
  index: z.number().int().min(0),
  dataset: z.string(),
  instruction: z.string(),
});
export type TaskRef = z.infer<typeof TaskRef>;

export const ResetParams = ResetOptions.extend({
  /** Versioned id, e.g. `bash-v1`. */
  environment: z.string().min(1),
  /** An id of the client's choice. @default a random one */
  episode_id: EpisodeId.optional(),
});
export type ResetParams = z.infer<typeof ResetParams>;

export const ResetInfo = z.looseObject({
  duration_ms: z.number().min(0),
  /** Time in the queue for a sandbox, in milliseconds. */
  queue_ms: z.number().min(0).optional(),
  seed: z.number().int(),
  image: z.object({ name: z.string(), digest: z.string() }),
  engine: z.string(),
  isolation: z.string(),
});

export const ResetResult = z.object({
  episode_id: EpisodeId,
  resume_token: z.string(),
  task: TaskRef,
  observation: Observation,
  info: ResetInfo,
});
export type ResetResult = z.infer<typeof ResetResult>;

export const StepParams = z.strictObject({
  episode_id: EpisodeId,
  /** 1, 2, 3 … makes the step exactly once: the number of a step already done returns its stored result. */
  step: z.number().int().min(1).optional(),
  action: Action,
});
export type StepParams = z.infer<typeof StepParams>;

export const StepResult = z.object({
  step: z.number().int().min(1),
  observation: Observation,
  reward: z.number().nullable(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  failure: Failure.nullable(),
  info: StepInfo,
  /** Present and true when a stored result is returned again. */
  replayed: z.boolean().optional(),
});
export type StepResult = z.infer<typeof StepResult>;

export const EvaluateParams = z.strictObject({ episode_id: EpisodeId });

/** A grade that does not end the episode and is no step. */
export const EvaluateResult = z.object({
  reward: z.number().nullable(),
  failure: Failure.nullable(),
  info: StepInfo,
});
export type EvaluateResult = z.infer<typeof EvaluateResult>;

export const StateParams = z.strictObject({ episode_id: EpisodeId });

export const EpisodeStatus = z.enum(['ready', 'stepping', 'over', 'closed']);
export type EpisodeStatus = z.infer<typeof EpisodeStatus>;

export const EpisodeState = z.object({
  episode_id: EpisodeId,
  environment: z.string(),
  task: TaskRef,
  status: EpisodeStatus,
  step_count: z.number().int().min(0),
  /** Milliseconds since the reset. */
  age_ms: z.number().min(0),
  last_reward: z.number().nullable(),
  terminated: z.boolean(),
  truncated: z.boolean(),
  failure: Failure.nullable(),
});
export type EpisodeState = z.infer<typeof EpisodeState>;

export const ResumeParams = z.strictObject({
  /** That of the episode's reset. */
  resume_token: z.string().min(1).max(128),
});
export type ResumeParams = z.infer<typeof ResumeParams>;

export const ResumeResult = EpisodeState.pick({
  episode_id: true,
  environment: true,
  task: true,
  status: true,
  step_count: true,
}).extend({
  /** Result of the last step that was made; absent before the first. */
  last: StepResult.optional(),
  /** False if the episode was played again in a fresh sandbox and an observation differed from the recorded one. */
  exact: z.boolean(),
});
export type ResumeResult = z.infer<typeof ResumeResult>;

export const CloseParams = z.strictObject({ episode_id: EpisodeId });
export const CloseResult = z.object({ closed: z.literal(true) });
