import { z } from 'zod';

export const DatasetInfo = z.object({
  name: z.string(),
  tasks: z.number().int().min(0),
  splits: z.array(z.string()),
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
  split: z.string().min(1).optional(),
  offset: z.number().int().min(0).optional(),
  /** @default 100 */
  limit: z.number().int().min(1).max(10_000).optional(),
});
export const TaskSummary = z.object({
  id: z.string(),
  index: z.number().int().min(0),
  instruction: z.string(),
  tags: z.array(z.string()),
});
export type TaskSummary = z.infer<typeof TaskSummary>;
export const TasksListResult = z.object({
  dataset: z.string(),
  total: z.number().int().min(0),
  tasks: z.array(TaskSummary),
});

export const InitializeParams = z.strictObject({
  /** The client's protocol version; another major version than the server's is refused. */
  protocol_version: z.number().int().min(1),
  client: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  /** The server's token, where it was started with one and the header could not carry it. */
  token: z.string().optional(),
});
export const InitializeResult = z.object({
  protocol_version: z.number().int(),
  server: z.object({ name: z.literal('stepwell'), version: z.string() }),
  limits: z.object({
    max_frame_bytes: z.number().int(),
    max_episodes: z.number().int(),
    step_timeout_ms: z.number().int(),
  }),
});
