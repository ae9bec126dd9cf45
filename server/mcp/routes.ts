import { createMcpHandler, isInitializeRequest, isLegacyRequest } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Environment } from '../../environments/environment.ts';
import type { Config } from '../config/config.ts';
import { HttpAnswers, httpGate, statusOfError } from '../connection/http-answers.ts';
import { KeptEpisodes } from '../fronts/kept-episodes.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped } from '../json/excerpt.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { McpSessions } from './sessions.ts';
import { mcpServer, toolOffer } from './tools.ts';

export interface McpParts {
  readonly environment: Environment;
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly log: Logger;
}

const SESSION = 'mcp-session-id';

function refusal(code: number, message: string): object {
  return { jsonrpc: '2.0', error: { code, message: clipped(message) }, id: null };
}

/** A request as the SDK takes it. Its body is parsed already. It is aborted when the client disconnects. */
function webRequest({ raw, url }: FastifyRequest, reply: FastifyReply): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return new Request(new URL(url, 'http://stepwell'), { method: 'POST', headers, signal: gone.signal });
}

/**
 * Add MCP over streamable HTTP; the app sets the prefix `/mcp/{environment}`. Clients of revision 2026-07-28 name their episode
 * with each call; those of 2025-11-25 and before have a session, which stands for one episode, or do as the former.
 */
export function registerMcp(app: FastifyInstance, { environment, ...parts }: McpParts): void {
  const { config, log, memory, registry } = parts;
  const answers = new HttpAnswers(memory, config);
  const gate = httpGate(memory, config);
  const episodes = new KeptEpisodes({
    registry,
    front: 'mcp',
    idleMs: config.session_idle_ms,
    maxEpisodes: config.max_episodes_per_connection,
  });
  const sessions = new McpSessions(episodes, config.max_episodes);
  const [named, unnamed] = [toolOffer(environment, true), toolOffer(environment, false)];
  const handler = createMcpHandler(
    ({ era, requestInfo }) => {
      const session = era === 'legacy' ? (requestInfo?.headers.get(SESSION) ?? undefined) : undefined;
      return mcpServer({ offer: session === undefined ? unnamed : named, episodes, gate, session });
    },
    // A stream is kept alive while its step runs.
    { responseMode: 'sse', onerror: (err) => log.debug({ err }, 'an MCP request was refused') },
  );

  app.setErrorHandler((error, _request, reply) => {
    const status = statusOfError(error);
    if (status >= 500) log.warn({ err: error }, 'an MCP request failed');
    const message = status < 500 ? String(error) : 'Internal server error.';
    return reply.code(status).send(refusal(status < 500 ? -32_600 : -32_603, message));
  });
  answers.readBodies(app, (message) => refusal(-32_603, message));
  app.addHook('onClose', async () => {
    await handler.close();
    await episodes.leave();
  });

  app.post('', async (request, reply) => {
    let body: unknown;
    try {
      body = parseJson(typeof request.body === 'string' ? request.body : '');
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const code = error.kind === 'malformed' ? -32_700 : -32_600;
      return reply.code(400).send(refusal(code, `Invalid JSON: ${error.message}`));
    }
    const web = webRequest(request, reply);
    if (await isLegacyRequest(web, body)) {
      const session = web.headers.get(SESSION);
      if (isInitializeRequest(body)) {
        const id = sessions.begin();
        web.headers.set(SESSION, id);
        reply.header(SESSION, id);
      } else if (session !== null && !sessions.use(session)) {
        return reply.code(404).send(refusal(-32_001, 'Session not found: initialize another one.'));
      }
    }
    return answers.relay(reply, await handler.fetch(web, { parsedBody: body }));
  });
  app.delete('', async (request, reply) => {
    const session = request.headers[SESSION];
    if (typeof session === 'string' && (await sessions.end(session))) return reply.code(204).send();
    return reply.code(404).send(refusal(-32_001, 'Session not found.'));
  });
  // The server has nothing to say unasked.
  app.get('', async (_request, reply) =>
    reply.code(405).header('allow', 'POST, DELETE').send(refusal(-32_000, 'Method not allowed.')),
  );
}
