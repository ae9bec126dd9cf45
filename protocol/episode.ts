import { z } from 'zod';
import { Action } from './action.ts';
import { Failure } from './failure.ts';

export const EpisodeId = z.string().min(1).max(128);

/** When a reward is computed: at submit only, or after every step (the published InterCode experiments). */
export const RewardMode = z.enum(['on_submit', 'every_step']);
export type RewardMode = z.infer<typeof RewardMode>;

/** `native` keeps one shell per episode; `intercode` reproduces InterCode's answers, quirks included. */
export const Semantics = z.enum(['native', 'intercode']);
export type Semantics = z.infer<typeof Semantics>;

/** Options of one episode, the same for `episode/reset` and OpenEnv's `reset.data`. */
export const ResetOptions = z.object({
  /** Index into the dataset (from 0) or a task's id. @default the seed decides */
  task: z.union([z.number().int().min(0), z.string().min(1)]).optional(),
  /** Name of a dataset. @default the environment's built-in tasks */
  dataset: z.string().min(1).optional(),
  /** Part of the dataset, where it has parts. @default all of it */
  split: z.string().min(1).optional(),
  /** The same seed gives the same task order on every machine. @default a random seed */
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Steps after which the episode is truncated. @default no limit */
  max_turns: z.number().int().min(1).max(100_000).optional(),
  /** @default on_submit */
  reward: RewardMode.optional(),
  /** @default native */
  semantics: Semantics.optional(),
  /** Cut an action that printed nothing for so many milliseconds. @default no idle deadline */
  idle_timeout_ms: z.number().int().min(1).max(600_000).optional(),
  /** Bytes of output kept per action, head and tail. @default the server's `max_output_bytes` */
  max_output_bytes: z.number().int().min(256).max(16_777_216).optional(),
});
export type ResetOptions = z.infer<typeof ResetOptions>;

/** Environments add fields of their own (`exit_code`, `cwd`, `rows`, …). */
export const Observation = z.looseObject({ output: z.string() });
export type Observation = z.infer<typeof Observation>;

/** Facts beside the observation. Reward components stand under `reward_components`, by name. */
export const StepInfo = z.looseObject({
  /** Time in the sandbox, in milliseconds. */
  duration_ms: z.number().min(0),
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
}).strict();
export type ResetParams = z.infer<typeof ResetParams>;

export const ResetInfo = z.looseObject({
  duration_ms: z.number().min(0),
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
  /** 1, 2, 3 … makes the step exactly once; a number already done returns its stored result. */
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

export const CloseParams = z.strictObject({ episode_id: EpisodeId });
export const CloseResult = z.object({ closed: z.literal(true) });
