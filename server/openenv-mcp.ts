import { OpenEnvMcpRequest } from '../protocol/openenv.ts';
import { JsonError, parseJson } from './bounded-json.ts';
import { clipped, MAX_ISSUES } from './excerpt.ts';

interface McpError {
  readonly jsonrpc: '2.0';
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string; readonly data: null };
}

function refusal(code: number, message: string, id: string | number | null = null): McpError {
  return { jsonrpc: '2.0', id, error: { code, message: clipped(message), data: null } };
}

/** The answer to the text of a request. */
export function answerMcpText(text: string): McpError {
  try {
    return answerMcp(parseJson(text));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.kind === 'malformed') return refusal(-32700, 'Parse error');
    return refusal(-32600, `Invalid request: ${error.message}`);
  }
}

/** The answer to a request. Environments have no MCP tools; requests for them get OpenEnv's answer in that case. */
export function answerMcp(input: unknown): McpError {
  const parsed = OpenEnvMcpRequest.safeParse(input);
  if (!parsed.success) {
    const reasons = parsed.error.issues
      .slice(0, MAX_ISSUES)
      .map((issue) => `${clipped(issue.path.join('.'), 200)}: ${clipped(issue.message, 500)}`);
    return refusal(-32600, `Invalid request: ${reasons.join('; ')}`);
  }
  const { id = null, method } = parsed.data;
  if (method === 'tools/list' || method === 'tools/call') {
    return refusal(-32603, 'Environment does not support MCP', id);
  }
  return refusal(-32601, `Method not found: ${method}`, id);
}
