import { z } from 'zod';
import { Action, MAX_TIMEOUT_MS } from './action.ts';
import { Failure } from './failure.ts';

/** Longest wall-clock time that a client may give an episode, in milliseconds: a day. */
export const MAX_EPISODE_MS = 86_400_000;

export const EpisodeId = z.string().min(1).max(128);

/**
 * When a reward is computed: when the episode ends, by a submit, its last turn or its time; at submit only; or after every
 * step (the published InterCode experiments).
 */
export const RewardMode = z.enum(['on_end', 'on_submit', 'every_step']);
export type RewardMode = z.infer<typeof RewardMode>;

/** `native` keeps one shell per episode; `intercode` reproduces InterCode's answers, quirks included. */
export const Semantics = z.enum(['native', 'intercode']);
export type Semantics = z.infer<typeof Semantics>;

/** Which database a SQL episode plays on. */
export const Dialect = z.enum(['sqlite', 'mysql']);
export type Dialect = z.infer<typeof Dialect>;

/** How a SQL episode's `output` shows rows; `python` is InterCode's text. */
export const RowFormat = z.enum(['table', 'json', 'csv', 'python']);
export type RowFormat = z.infer<typeof RowFormat>;

/** What a reward is made of; each environment has some of them. */
export const Scoring = z.enum(['intercode', 'execution_match', 'composite', 'tests', 'efficiency']);
export type Scoring = z.infer<typeof Scoring>;

/** How much of each test a graded Python step tells: nothing, its name and outcome, or all of it. */
export const TestVisibility = z.enum(['hidden', 'names', 'full']);
export type TestVisibility = z.infer<typeof TestVisibility>;

/**
 * Options of one episode, the same for `episode/reset` and OpenEnv's `reset.data`. Which environment has which of them is
 * the table of `environments/own-options.ts`; one that it does not have is refused by name.
 */
export const ResetOptions = z.object({
  task: z
    .union([z.number().int().min(0), z.string().min(1)])
    .optional()
    .describe("Index into the dataset (from 0) or a task's id. Without it the seed decides."),
  dataset: z
    .string()
    .min(1)
    .optional()
    .describe("Name of a dataset. Without it the environment's built-in tasks are meant."),
  split: z
    .string()
    .min(1)
    .optional()
    .describe('Part of the dataset, where it has parts. Default: all of it.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The same seed gives the same task order on every machine. Default: a random one.'),
  max_turns: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Steps after which the episode is truncated. Default: no limit.'),
  max_duration_ms: z
    .number()
    .int()
    .min(1)
    .max(MAX_EPISODE_MS)
    .optional()
    .describe(
      'Wall-clock time from the reset after which the episode is truncated, in milliseconds, whether or not a step comes. Default: no limit.',
    ),
  reward: RewardMode.optional().describe(
    'When a reward is computed: `on_end` (by a submit, or where `max_turns` or `max_duration_ms` truncates the episode), `on_submit`, `every_step`. Default: `on_end`.',
  ),
  include_ungradable: z
    .boolean()
    .optional()
    .describe(
      'Draw also tasks that cannot be graded, and play one that is named. Their `reward` is null. Default: false.',
    ),
  semantics: Semantics.optional().describe(
    '`native`, or `intercode` for the answers of InterCode, quirks included. Default: `native`.',
  ),
  idle_timeout_ms: z
    .number()
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .optional()
    .describe('Cut an action that printed nothing for so many milliseconds. Default: no idle deadline.'),
  max_output_bytes: z
    .number()
    .int()
    .min(256)
    .max(16_777_216)
    .optional()
    .describe('Bytes of output kept per action, head and tail. Default: the setting of the server.'),
  dialect: Dialect.optional().describe(
    "Database to play on. Default: the dataset's own; `sqlite` for the built-in tasks.",
  ),
  output: RowFormat.optional().describe(
    'How `observation.output` shows rows. Default: `table`; `python` under `intercode` semantics.',
  ),
  schema: z
    .boolean()
    .optional()
    .describe("Add the task's tables and columns to the instruction. Default: false."),
  max_rows: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Rows of a result that are returned; the true number is told. Default: 1000.'),
  scoring: Scoring.optional().describe(
    'What the reward is made of. Default: `execution_match` for SQL, `tests` for Python; under `intercode` semantics that of InterCode.',
  ),
  weights: z
    .record(z.string().min(1), z.number().min(0).max(1_000_000))
    .optional()
    .describe('Weights of the parts of a composite reward, by name. Default: see the environment.'),
  tests: TestVisibility.optional().describe(
    'How much a graded step tells of each test; the stricter of this and the task holds. Default: as the task says.',
  ),
  feedback: z
    .boolean()
    .optional()
    .describe('Say in the observation of a graded step which check failed and why. Default: false.'),
});
export type ResetOptions = z.infer<typeof ResetOptions>;

/**
 * Environments add fields of their own: `exit_code`, `timed_out`, `truncated_bytes`, `cwd`; for SQL `columns` (the names, in
 * order) and `rows` (arrays of null, numbers and texts; what JSON cannot hold is text), both of the last result.
 */
export const Observation = z.looseObject({ output: z.string() });
export type Observation = z.infer<typeof Observation>;

/** Facts beside the observation. Reward components stand under `reward_components`, by name. */
export const StepInfo = z.looseObject({
  /** Time in the sandbox, in milliseconds. */
  duration_ms: z.number().min(0),
  /** Whether everything agrees; present wherever `reward` is a number. */
  success: z.boolean().optional(),
  /** Why a graded step has no reward; the reason lies in the task, never in what the agent did. */
  ungraded: z.string().optional(),
  /** Which limit of the episode truncated it with this step. */
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
