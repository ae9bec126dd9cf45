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

export interface OpenEnvState {
  readonly episode_id: string | null;
  readonly step_count: number;
}
