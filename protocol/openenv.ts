import { z } from 'zod';

/** Error codes of OpenEnv's WebSocket. The last three close it. */
const OPENENV_ERROR_CODES = [
  'INVALID_JSON',
  'UNKNOWN_TYPE',
  'VALIDATION_ERROR',
  'EXECUTION_ERROR',
  'CAPACITY_REACHED',
  'FACTORY_ERROR',
  'SESSION_ERROR',
] as const;
export type OpenEnvErrorCode = (typeof OPENENV_ERROR_CODES)[number];

const data = z.record(z.string(), z.unknown());

/** What a client may send over OpenEnv's WebSocket, by `type`; unknown keys are refused. */
export const OPENENV_MESSAGES = {
  reset: z.strictObject({ type: z.literal('reset'), data: data.optional() }),
  step: z.strictObject({ type: z.literal('step'), data }),
  state: z.strictObject({ type: z.literal('state') }),
  close: z.strictObject({ type: z.literal('close') }),
  mcp: z.strictObject({ type: z.literal('mcp'), data }),
} as const;
export type OpenEnvMessageType = keyof typeof OPENENV_MESSAGES;

/** Body of `POST /step`. */
export const OpenEnvStepRequest = z.looseObject({
  action: data,
  timeout_s: z.number().positive().nullish(),
  request_id: z.string().max(255).nullish(),
});

/** Params of `tools/call`. */
export const OpenEnvCall = z.looseObject({
  name: z.string().min(1),
  arguments: data.nullish(),
  session_id: z.string().min(1).max(128).nullish(),
});

/** A step that is a call of a tool, as OpenEnv's client for tools sends it. */
export const OpenEnvToolStep = z.looseObject({
  type: z.literal('call_tool'),
  tool_name: z.string().min(1),
  arguments: data.nullish(),
});

/** A JSON-RPC request as OpenEnv's `mcp` message and `POST /mcp` take it. */
export const OpenEnvMcpRequest = z.strictObject({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  params: data.optional(),
  id: z.union([z.string(), z.number().int()]).nullish(),
});

/** One entry of a `VALIDATION_ERROR`. */
export interface OpenEnvIssue {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
}

/** `data` of an observation, its keys in this order. `metadata` is left out if it is empty. */
export interface OpenEnvObservation {
  readonly observation: Readonly<Record<string, unknown>>;
  readonly reward: number | null;
  readonly done: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** `data` of a state. The fields after the first two are there once an episode has begun. */
export interface OpenEnvState {
  readonly episode_id: string | null;
  readonly step_count: number;
  readonly task_id?: string;
  readonly dataset?: string;
  readonly seed?: number;
  /** Whether the last grade agreed with the gold; `null` if there is none. */
  readonly success?: boolean | null;
  /** The fault that ended the episode: the sample says nothing about the agent. */
  readonly failure?: object | null;
}
