import { ProtocolError } from '../../protocol/errors.ts';
import { OpenEnvCall, OpenEnvMcpRequest } from '../../protocol/openenv.ts';
import { failureOfReset } from '../fronts/told-failure.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped } from '../json/excerpt.ts';
import { reasonsIn } from '../json/param-issues.ts';
import { OpenEnvExecutionError } from './episodes.ts';
import type { OpenEnvSessions } from './sessions.ts';
import type { OpenEnvPlayer, OpenEnvTools } from './tools.ts';
import { OpenEnvValidationError } from './validation.ts';

type Id = string | number | null;

interface McpAnswer {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: unknown };
}

export interface OpenEnvMcpParts {
  readonly tools: OpenEnvTools;
  readonly sessions: OpenEnvSessions;
  /** That of the WebSocket which sent the request. @default the session that a request names */
  readonly player?: OpenEnvPlayer;
}

/** An error with its code in JSON-RPC. */
class McpError extends Error {
  override readonly name = 'McpError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;

function refusal(code: number, message: string, id: Id = null, data: unknown = null): McpAnswer {
  return { jsonrpc: '2.0', id, error: { code, message: clipped(message), data } };
}

/** The answer to the text of a request. */
export async function answerMcpText(text: string, parts: OpenEnvMcpParts): Promise<McpAnswer> {
  try {
    return await answerMcp(parseJson(text), parts);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.kind === 'malformed') return refusal(-32_700, 'Parse error');
    return refusal(INVALID_REQUEST, `Invalid request: ${error.message}`);
  }
}

/** The answer to a request. */
export async function answerMcp(input: unknown, parts: OpenEnvMcpParts): Promise<McpAnswer> {
  const parsed = OpenEnvMcpRequest.safeParse(input);
  if (!parsed.success) return refusal(INVALID_REQUEST, `Invalid request: ${reasonsIn(parsed.error)}`);
  const { id = null, method, params = {} } = parsed.data;
  try {
    return { jsonrpc: '2.0', id, result: await methodResult(method, params, parts) };
  } catch (error) {
    if (error instanceof McpError) return refusal(error.code, error.message, id);
    if (error instanceof OpenEnvValidationError) {
      return refusal(INVALID_PARAMS, error.message, id, { errors: error.issues });
    }
    if (error instanceof OpenEnvExecutionError) {
      const data = error.failure === undefined ? null : { failure: error.failure };
      return refusal(INTERNAL_ERROR, error.message, id, data);
    }
    if (error instanceof ProtocolError) {
      const failure = failureOfReset(error);
      return refusal(INTERNAL_ERROR, error.message, id, failure === undefined ? null : { failure });
    }
    throw error;
  }
}

async function methodResult(
  method: string,
  params: Readonly<Record<string, unknown>>,
  { tools, sessions, player }: OpenEnvMcpParts,
): Promise<unknown> {
  switch (method) {
    case 'tools/list':
      return { tools: tools.list };
    case 'tools/call': {
      const call = OpenEnvCall.safeParse(params);
      if (!call.success) throw new McpError(INVALID_PARAMS, `Invalid params - ${reasonsIn(call.error)}`);
      const { name, arguments: input, session_id } = call.data;
      const data = await tools.call(player ?? sessionOf(sessions, session_id), name, input ?? {});
      const { output } = data.observation;
      const text = typeof output === 'string' ? output : JSON.stringify(data.observation);
      return { content: [{ type: 'text', text }], structured_content: data, data, is_error: false };
    }
    case 'openenv/session/create': {
      if (player !== undefined) throw new McpError(INVALID_REQUEST, 'A WebSocket is a session already.');
      return { session_id: sessions.create().id };
    }
    case 'openenv/session/close': {
      const session = sessionOf(sessions, params.session_id);
      if (session.attached) {
        throw new McpError(INVALID_REQUEST, `A WebSocket has session ${session.id}: close it first.`);
      }
      await sessions.close(session.id);
      return { session_id: session.id, closed: true };
    }
    default:
      throw new McpError(METHOD_NOT_FOUND, `Method not found: ${method}`);
  }
}

function sessionOf(sessions: OpenEnvSessions, id: unknown) {
  if (typeof id !== 'string') {
    throw new McpError(
      INVALID_PARAMS,
      "Invalid params - 'session_id' is required: openenv/session/create has it",
    );
  }
  const session = sessions.find(id);
  if (session === undefined) throw new McpError(INVALID_PARAMS, `Unknown session_id: ${clipped(id, 100)}`);
  return session;
}
