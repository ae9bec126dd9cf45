import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Environment } from '../../environments/environment.ts';
import { OrsCall, OrsCreate } from '../../protocol/ors.ts';
import { RangeRequest, SplitRequest, TaskRequest } from '../../protocol/splits.ts';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import type { Config } from '../config/config.ts';
import { HttpAnswers, httpGate } from '../connection/http-answers.ts';
import { KeptEpisodes } from '../fronts/kept-episodes.ts';
import { splitsOf, taskAt, taskSpec, tasksOf } from '../fronts/splits.ts';
import { clipped } from '../json/excerpt.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { callEvents, sentEvent } from './event-stream.ts';
import { OrsRefusal, parsed, refuse } from './refusal.ts';
import { OrsSession, StillStarting } from './session.ts';
import { OrsSessions } from './sessions.ts';
import { taskOptions } from './task-options.ts';
import { OrsTools, textBlock } from './tools.ts';

export interface OrsParts {
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly log: Logger;
}

/** Names of an `X-Deployment` that names no environment. TRL sends `env` if it was given none. */
const NO_NAMES: ReadonlySet<string> = new Set(['', 'env']);

/** The Open Reward Standard: an episode is a session, and its steps are calls of tools. */
export class Ors {
  readonly #parts: OrsParts;
  readonly #answers: HttpAnswers;
  readonly #gate: ClientGate;
  readonly #episodes: KeptEpisodes;
  readonly #sessions: OrsSessions;
  readonly #tools = new Map<string, OrsTools>();

  constructor(parts: OrsParts) {
    const { config, memory, registry } = parts;
    this.#parts = parts;
    this.#answers = new HttpAnswers(memory, config);
    this.#gate = httpGate(memory, config);
    this.#episodes = new KeptEpisodes({
      registry,
      front: 'ors',
      idleMs: config.session_idle_ms,
      maxEpisodes: config.max_episodes_per_connection,
    });
    this.#sessions = new OrsSessions(config.session_idle_ms, config.max_episodes);
    for (const environment of registry.environments.values()) {
      this.#tools.set(environment.id, new OrsTools(environment));
    }
  }

  /** Add the routes. They may be added below several prefixes. */
  register(app: FastifyInstance): void {
    app.setErrorHandler((error, _request, reply) => refuse(error, reply, this.#parts.log));
    this.#answers.readBodies(app, (detail) => ({ detail }));

    app.get('/health', async () => ({ status: 'ok' }));
    app.get('/version', async () => ({ version: STEPWELL_VERSION, build_sha: null }));
    app.get('/list_environments', async () => [...this.#parts.registry.environments.keys()]);
    app.post('/create_session', async (_request, reply) =>
      reply.type('text/event-stream').send(`${sentEvent('task_id', randomUUID())}${sentEvent('end', '')}`),
    );
    app.post('/create', async (request) => this.#create(request));
    app.post('/ping', async (request) => {
      this.#session(request);
      return { status: 'ok' };
    });
    app.post('/delete', async (request) => this.#delete(request));
    app.post('/delete_session', async (request) => this.#delete(request));
    this.#registerEnvironment(app, undefined);
    for (const environment of this.#parts.registry.environments.values()) {
      this.#registerEnvironment(app, environment);
    }
  }

  /** End all sessions. Never throws. */
  async leave(): Promise<void> {
    await this.#sessions.leave();
    await this.#episodes.leave();
  }

  /** @param named that of the path; `undefined` for paths without one */
  #registerEnvironment(app: FastifyInstance, named: Environment | undefined): void {
    const { listing } = this.#parts.memory;
    const base = named === undefined ? '' : `/${named.id}`;
    const environmentOf = (request: FastifyRequest): Environment => named ?? this.#meant(request);
    app.get(`${base}/tools`, async (request) => this.#tools.get(environmentOf(request).id)?.listed);
    app.get(`${base}/splits`, async (request) => splitsOf(environmentOf(request)));
    app.post(`${base}/num_tasks`, async (request) => ({
      num_tasks: tasksOf(environmentOf(request), parsed(SplitRequest, request).split).length,
    }));
    app.post(`${base}/task`, async (request) => {
      const { split, index } = parsed(TaskRequest, request);
      const environment = environmentOf(request);
      return { task: taskSpec(taskAt(environment, split, index)), env_name: environment.id };
    });
    for (const route of ['tasks', 'task_range']) {
      app.post(`${base}/${route}`, (request, reply) => {
        const { split, start, stop } = parsed(RangeRequest, request);
        const environment = environmentOf(request);
        return listing.run(async () => {
          const range = tasksOf(environment, split).slice(start ?? 0, stop ?? undefined);
          return this.#answers.send(reply, { tasks: range.map(taskSpec), env_name: environment.id });
        });
      });
    }
    app.get(`${base}/task_tools`, async (request) => this.#session(request, named).tools.listed);
    app.get(`${base}/prompt`, async (request) => [textBlock(await this.#prompt(request, named))]);
    app.get(`${base}/messages`, async (request) => [
      { role: 'user', blocks: [textBlock(await this.#prompt(request, named))], detail: null },
    ]);
    app.post(`${base}/call`, (request, reply) => this.#call(request, reply, named));
  }

  async #prompt(request: FastifyRequest, named: Environment | undefined): Promise<string> {
    const { observation } = await this.#session(request, named).ready();
    return observation.output;
  }

  async #create(request: FastifyRequest): Promise<object> {
    const id = this.#idOf(request);
    this.#parts.registry.refuseWhenDraining();
    if (this.#sessions.has(id)) throw new OrsRefusal(400, 'Session already exists');
    const body = parsed(OrsCreate, request);
    const environment =
      body.env_name === undefined || body.env_name === null
        ? this.#meant(request)
        : this.#parts.registry.environment(body.env_name);
    const tools = this.#tools.get(environment.id);
    if (tools === undefined || this.#sessions.full) throw new StillStarting();
    const options = taskOptions(environment, body, this.#parts.registry.options);
    // Wrong options and tasks are refused now, the rest happens while the client goes on.
    this.#parts.registry.options.refuseForeign(environment.id, options);
    environment.choose(options, options.seed ?? 0);
    const parts = { id, environment: environment.id, options, tools };
    this.#sessions.add(id, new OrsSession({ ...parts, episodes: this.#episodes, gate: this.#gate }));
    return { sid: id };
  }

  async #call(
    request: FastifyRequest,
    reply: FastifyReply,
    named: Environment | undefined,
  ): Promise<FastifyReply> {
    const session = this.#session(request, named);
    const body = parsed(OrsCall, request);
    return session.ready().then(async () => {
      const call = session.call(body);
      reply.type('text/event-stream').header('cache-control', 'no-cache');
      if (call === undefined) return reply.send(sentEvent('error', 'unknown task_id'));
      void call.result.then(
        (json) => this.#answers.expect(reply, json.length),
        (err: unknown) => this.#parts.log.error({ err }, 'an ORS call failed unexpectedly'),
      );
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) call.delivered();
      });
      return reply.send(Readable.from(callEvents(call.id, call.result)));
    });
  }

  async #delete(request: FastifyRequest): Promise<object> {
    const id = this.#idOf(request);
    await this.#sessions.end(id);
    return { sid: id };
  }

  #idOf({ headers }: FastifyRequest): string {
    const id = headers['x-session-id'];
    if (typeof id === 'string' && id.trim() !== '' && id.length <= 128) return id.trim();
    throw new OrsRefusal(400, 'X-Session-ID header is required');
  }

  /** @param named the environment that the request names @default that of the session */
  #session(request: FastifyRequest, named?: Environment): OrsSession {
    const id = this.#idOf(request);
    const session = this.#sessions.find(id);
    if (session === undefined) throw new OrsRefusal(404, 'Active environment not found');
    if (named !== undefined && named.id !== session.environment) {
      throw new OrsRefusal(400, `The session plays ${session.environment}, not ${named.id}.`);
    }
    this.#episodes.touch(id);
    return session;
  }

  /** The environment that a request without a name in its path means: that of `X-Deployment`; the first one if there is none. */
  #meant({ headers }: FastifyRequest): Environment {
    const { environments } = this.#parts.registry;
    const named =
      String(headers['x-deployment'] ?? '')
        .split('/')
        .at(-1) ?? '';
    const [first] = environments.values();
    const environment = environments.get(named) ?? (NO_NAMES.has(named) ? first : undefined);
    if (environment !== undefined) return environment;
    const ids = [...environments.keys()].join(', ');
    throw new OrsRefusal(404, `There is no environment ${clipped(named, 100)}; there are: ${ids}.`);
  }
}
