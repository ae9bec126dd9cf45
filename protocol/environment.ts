import { z } from 'zod';

/**
 * Why a task cannot be graded.
 * - `no_op_wins`: the untouched sandbox already agrees with the gold, so there is nothing to reward
 * - `gold_fails`: the gold does not run, or does not get the full reward
 * - `gold_never_ends`: the gold was still running at its deadline
 * - `cannot_begin`: its start state cannot be made, e.g. because its database is missing; no reset can play it
 */
export const UngradableKind = z.enum(['no_op_wins', 'gold_fails', 'gold_never_ends', 'cannot_begin']);
export type UngradableKind = z.infer<typeof UngradableKind>;

/** The mark of a task that cannot be graded under native semantics. */
export const Ungradable = z.strictObject({
  kind: UngradableKind,
  /** One sentence for a person. */
  reason: z.string().min(1),
});
export type Ungradable = z.infer<typeof Ungradable>;

export const DatasetInfo = z.object({
  name: z.string(),
  tasks: z.number().int().min(0),
  /** Number of tasks that no check and no reset has found to be ungradable. */
  gradable: z.number().int().min(0),
  /** Whether every task was tried with its gold. If not, a task is tried before its first episode, if that is quick. */
  checked: z.boolean(),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;

export const EnvironmentInfo = z.object({
  id: z.string(),
  description: z.string(),
  semantics: z.array(z.string()),
  datasets: z.array(DatasetInfo),
});
export type EnvironmentInfo = z.infer<typeof EnvironmentInfo>;

export const EnvironmentsListParams = z.strictObject({});
export const EnvironmentsListResult = z.object({ environments: z.array(EnvironmentInfo) });

export const TasksListParams = z.strictObject({
  environment: z.string().min(1),
  dataset: z.string().min(1).optional(),
  offset: z.number().int().min(0).optional(),
  /** @default 100 */
  limit: z.number().int().min(1).max(10_000).optional(),
});
export const TaskSummary = z.object({
  id: z.string(),
  index: z.number().int().min(0),
  instruction: z.string(),
  tags: z.array(z.string()),
  /** Present if the task cannot be graded. */
  ungradable: Ungradable.optional(),
});
export type TaskSummary = z.infer<typeof TaskSummary>;
export const TasksListResult = z.object({
  dataset: z.string(),
  total: z.number().int().min(0),
  tasks: z.array(TaskSummary),
});

export const TasksReloadParams = z.strictObject({});
export const TasksReloadResult = z.object({
  /** Every dataset besides the built-in ones. */
  datasets: z.array(
    z.object({
      environment: z.string(),
      name: z.string(),
      /** 0 for one that is gone. */
      tasks: z.number().int().min(0),
      /** Compared with the datasets before. */
      change: z.enum(['added', 'changed', 'removed', 'same']),
    }),
  ),
});

export const InitializeParams = z.strictObject({
  /** The client's protocol version. The server refuses a major version other than its own. */
  protocol_version: z.number().int().min(1),
  client: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  /** The server's token, if it has one and the client cannot send it as a header. */
  token: z.string().optional(),
});
export const InitializeResult = z.object({
  protocol_version: z.number().int(),
  server: z.object({
    name: z.literal('stepwell'),
    version: z.string(),
    /** Its name in resume tokens and `server/state`. Absent: the server is older. */
    node: z.string().optional(),
  }),
  limits: z.object({
    max_frame_bytes: z.number().int(),
    max_episodes: z.number().int(),
    step_timeout_ms: z.number().int(),
    /** Time for which `episode/resume` takes over the episodes of a dropped socket, in milliseconds. */
    grace_ms: z.number().int(),
    /** Maximum time that a reset waits for a sandbox, in milliseconds. */
    queue_timeout_ms: z.number().int(),
    max_episodes_per_connection: z.number().int(),
  }),
});
