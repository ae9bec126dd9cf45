import { OpenEnvMcpRequest } from '../protocol/openenv.ts';

interface McpError {
  readonly jsonrpc: '2.0';
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string; readonly data: null };
}

function refusal(code: number, message: string, id: string | number | null = null): McpError {
  return { jsonrpc: '2.0', id, error: { code, message, data: null } };
}

/** The answer to text that is no JSON. */
export const MCP_PARSE_ERROR = refusal(-32700, 'Parse error');

/** Environments offer no MCP tools; what asks for them is answered as OpenEnv answers for such an environment. */
export function answerMcp(input: unknown): McpError {
  const parsed = OpenEnvMcpRequest.safeParse(input);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return refusal(-32600, `Invalid request: ${reasons.join('; ')}`);
  }
  const { id = null, method } = parsed.data;
  if (method === 'tools/list' || method === 'tools/call') {
    return refusal(-32603, 'Environment does not support MCP', id);
  }
  return refusal(-32601, `Method not found: ${method}`, id);
}
