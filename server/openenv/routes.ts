import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Environment } from '../../environments/environment.ts';
import { MAX_TIMEOUT_MS } from '../../protocol/action.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { OpenEnvStepRequest } from '../../protocol/openenv.ts';
import type { Config } from '../config/config.ts';
import { HttpAnswers, httpGate, statusOfError } from '../connection/http-answers.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped, excerpt } from '../json/excerpt.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { faultOf, OpenEnvExecutionError } from './episodes.ts';
import { OpenEnvHttpEpisodes } from './http-episodes.ts';
import { answerMcpText } from './mcp.ts';
import { openEnvApi, openEnvMetadata, openEnvSchema } from './schema.ts';
import { OpenEnvSessions } from './sessions.ts';
import { OpenEnvSocket } from './socket.ts';
import { registerTaskRoutes } from './task-routes.ts';
import { OpenEnvTools } from './tools.ts';
import { OpenEnvValidationError, validate } from './validation.ts';

export interface OpenEnvParts {
  readonly environment: Environment;
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly log: Logger;
  /** Called with every socket. */
  readonly onSocket: (client: OpenEnvSocket, socket: WebSocket) => void;
}

/** A body that is not JSON; FastAPI's `json_invalid`. */
class BodyError extends Error {
  override readonly name = 'BodyError';
}

function parseBody(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return {};
  try {
    return parseJson(body);
  } catch (error) {
    throw error instanceof JsonError ? new BodyError(error.message) : error;
  }
}

function inBody<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OpenEnvValidationError)) throw error;
    throw new OpenEnvValidationError(
      error.issues.map((issue) => ({ ...issue, loc: ['body', ...issue.loc] })),
    );
  }
}

function asObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  const msg = 'Input should be a valid dictionary';
  throw new OpenEnvValidationError([{ type: 'dict_type', loc: ['body'], msg, input: excerpt(body) }]);
}

/** Use the request's seconds as the deadline of the action, if it is code without one. */
function withTimeout(
  action: Readonly<Record<string, unknown>>,
  seconds: number | null | undefined,
): Readonly<Record<string, unknown>> {
  if (seconds === null || seconds === undefined || !('code' in action) || 'timeout_ms' in action)
    return action;
  return { ...action, timeout_ms: Math.max(1, Math.min(MAX_TIMEOUT_MS, Math.round(seconds * 1000))) };
}

interface HttpError {
  readonly status: number;
  readonly detail: unknown;
}

function statusOf({ error, fault }: ProtocolError): number {
  if (error === 'capacity' || error === 'shutting_down') return 503;
  if (error === 'invalid_params') return 422;
  return fault === null ? 400 : 500;
}

function httpErrorOf(error: unknown): HttpError {
  if (error instanceof OpenEnvValidationError) return { status: 422, detail: error.issues };
  if (error instanceof BodyError) {
    const ctx = { error: error.message };
    const issue = { type: 'json_invalid', loc: ['body'], msg: 'JSON decode error', input: {}, ctx };
    return { status: 422, detail: [issue] };
  }
  if (error instanceof OpenEnvExecutionError) return { status: 500, detail: clipped(error.message) };
  if (error instanceof ProtocolError) {
    return { status: statusOf(error), detail: clipped(error.message) };
  }
  const status = statusOfError(error);
  return { status, detail: status < 500 ? clipped(String(error)) : 'Internal server error.' };
}

/** Add the routes of an environment; the app sets their prefix `/openenv/{environment}`. */
export function registerOpenEnv(app: FastifyInstance, parts: OpenEnvParts): void {
  const { config, environment, log, memory, registry } = parts;
  const answers = new HttpAnswers(memory, config);
  const gate = httpGate(memory, config);
  const http = new OpenEnvHttpEpisodes(
    { environment: environment.id, registry, stepTimeoutMs: config.step_timeout_ms, gate },
    config.session_idle_ms,
  );
  const tools = new OpenEnvTools(environment);
  const sessions = new OpenEnvSessions({ environment: environment.id, registry, config, memory });
  const metadata = openEnvMetadata(environment);
  const schema = openEnvSchema(environment);
  const api = openEnvApi(environment);

  // Bodies are parsed in the routes: `/mcp` answers text that is not JSON with status 200.
  answers.readBodies(app, (detail) => ({ detail }));
  app.setErrorHandler((error, _request, reply) => {
    const { status, detail } = httpErrorOf(error);
    if (status >= 500) log.warn({ err: error }, 'an OpenEnv request failed');
    return reply.code(status).send({ detail, ...faultOf(error) });
  });
  app.addHook('onClose', async () => {
    await Promise.all([http.leave('shutdown'), sessions.leave()]);
  });

  app.get('/ws', { websocket: true }, (socket, request) => {
    const { socket: stream } = request.raw;
    const session = new URL(request.url, 'ws://stepwell').searchParams.get('session_id') ?? undefined;
    const shared = { environment: environment.id, tools, sessions, registry, config, memory, log };
    parts.onSocket(new OpenEnvSocket({ ...shared, socket, stream, session }), socket);
  });
  app.get('/health', async () => ({ status: 'healthy' }));
  app.get('/metadata', async () => metadata);
  app.get('/schema', async () => schema);
  app.get('/openapi.json', async () => api);
  app.get('/state', async () => http.state());
  app.post('/reset', async ({ body }, reply) => {
    const data = asObject(parseBody(body));
    return answers.send(reply, await http.reset(data));
  });
  app.post('/step', async ({ body }, reply) => {
    const request = inBody(() => validate(OpenEnvStepRequest, asObject(parseBody(body))));
    try {
      return await answers.send(reply, await http.step(withTimeout(request.action, request.timeout_s)));
    } finally {
      gate.settle();
    }
  });
  app.post('/mcp', async ({ body }, reply) =>
    answers.send(reply, await answerMcpText(typeof body === 'string' ? body : '', { tools, sessions })),
  );
  registerTaskRoutes(app, { environment, answers, listing: memory.listing, parse: parseBody });
}
