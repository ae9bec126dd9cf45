import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import type { ResetParams, ResetResult } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { METHODS, type MethodName, type Params, type Result } from '../protocol/methods.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../protocol/version.ts';
import type { Admission } from './admission.ts';
import type { Config } from './config.ts';
import { EpisodeOwner } from './episode-owner.ts';
import type { EpisodeRegistry } from './episode-registry.ts';
import { FlowControl } from './flow-control.ts';
import { JsonRpc } from './json-rpc.ts';

const MAX_BATCH = 1024;
const DEFAULT_TASK_LIMIT = 100;

export interface ConnectionParts {
  readonly socket: WebSocket;
  /** What the socket writes to. */
  readonly stream: Duplex;
  /** Whether the upgrade request carried the token; otherwise `initialize` must. */
  readonly authorized: boolean;
  readonly registry: EpisodeRegistry;
  readonly admission: Admission;
  readonly config: Config;
  readonly log: Logger;
}

type Handlers = { readonly [M in MethodName]: (params: Params<M>) => Promise<Result<M>> };

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

function invalidParams(error: z.ZodError): ProtocolError {
  const issues = error.issues.flatMap((issue) => {
    const fields = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return fields.map((key) => ({
      field: [...issue.path, ...(key === undefined ? [] : [key])].join('.'),
      code: issue.code ?? 'invalid',
      message: key === undefined ? issue.message : 'unknown field',
    }));
  });
  const summary = issues
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
    .join('; ');
  return new ProtocolError('invalid_params', summary, { issues });
}

/** One client at `/v1`: JSON-RPC 2.0 over a WebSocket, and the episodes that belong to it. */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #owner: EpisodeOwner;
  readonly #flow: FlowControl;
  readonly #rpc: JsonRpc;
  #authorized: boolean;

  constructor(parts: ConnectionParts) {
    const { config, socket } = parts;
    this.#parts = parts;
    this.#authorized = parts.authorized;
    this.#owner = new EpisodeOwner(parts.registry, config.max_episodes_per_connection);
    this.#flow = new FlowControl(socket, {
      maxBufferedBytes: config.max_buffered_bytes,
      slowReaderTimeoutMs: config.slow_reader_timeout_ms,
      maxInFlight: 2 * config.max_episodes_per_connection,
      stream: parts.stream,
    });
    this.#rpc = new JsonRpc({
      call: (method, params) => this.#call(method, params),
      maxBatch: MAX_BATCH,
      onFault: (method, err) => parts.log.error({ err, method }, 'a request met a fault'),
    });
    socket.on('message', (data, isBinary) => void this.#receive(data, isBinary));
    socket.on('close', (code) => this.#closed(code));
  }

  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    // A binary frame is no JSON text, and is told so.
    const frame = this.#rpc.read(isBinary ? '' : data.toString());
    this.#flow.begin(frame.requests.length);
    const answer = await this.#rpc.answer(frame);
    this.#flow.end(frame.requests.length);
    if (answer !== undefined) this.#flow.send(answer);
  }

  /** A closing handshake says good-bye; a socket that just dropped may be resumed from another one for a while. */
  #closed(code: number): void {
    this.#owner.leave();
    const polite = code === 1000 || code === 1001 || code === 1005;
    const grace = polite || this.#parts.registry.draining ? 0 : this.#parts.config.grace_ms;
    if (grace === 0) void this.#owner.abandon('disconnect');
    else setTimeout(() => void this.#owner.abandon('disconnect'), grace).unref();
  }

  async #call(method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method)) throw new ProtocolError('method_not_found', `There is no method ${method}.`);
    if (!this.#authorized && method !== 'initialize') {
      throw new ProtocolError('unauthorized', 'This server asks for a token.');
    }
    return this.#dispatch(method, params);
  }

  #dispatch<M extends MethodName>(method: M, params: unknown): Promise<Result<M>> {
    const parsed = METHODS[method].params.safeParse(params ?? {});
    if (!parsed.success) throw invalidParams(parsed.error);
    return this.#handlers[method](parsed.data as Params<M>);
  }

  readonly #handlers: Handlers = {
    initialize: async (params) => this.#initialize(params),
    'environments/list': async () => ({
      environments: [...this.#parts.registry.environments.values()].map(({ info }) => info),
    }),
    'tasks/list': async (params) => this.#listTasks(params),
    'episode/reset': (params) => this.#reset(params),
    'episode/step': async ({ episode_id, step, action }) => {
      this.#parts.registry.refuseWhenDraining();
      const episode = this.#owner.get(episode_id);
      return (episode instanceof Promise ? await episode : episode).step(step, action);
    },
    'episode/evaluate': async ({ episode_id }) => (await this.#owner.get(episode_id)).evaluate(),
    'episode/state': async ({ episode_id }) => (await this.#owner.get(episode_id)).state(),
    'episode/close': async ({ episode_id }) => {
      await this.#owner.close(episode_id);
      return { closed: true };
    },
  };

  #initialize(params: Params<'initialize'>): Result<'initialize'> {
    if (!this.#authorized) {
      if (!this.#parts.admission.tokenMatches(params.token)) {
        // One guess a socket, once the answer is out.
        setImmediate(() => this.#parts.socket.close(1008, 'unauthorized'));
        throw new ProtocolError('unauthorized', 'The token is missing or wrong.');
      }
      this.#authorized = true;
    }
    if (params.protocol_version !== PROTOCOL_VERSION) {
      const message = `This server speaks protocol version ${PROTOCOL_VERSION}, the client ${params.protocol_version}.`;
      throw new ProtocolError('version_mismatch', message, { protocol_version: PROTOCOL_VERSION });
    }
    const { max_frame_bytes, max_episodes, step_timeout_ms } = this.#parts.config;
    return {
      protocol_version: PROTOCOL_VERSION,
      server: { name: 'stepwell', version: STEPWELL_VERSION },
      limits: { max_frame_bytes, max_episodes, step_timeout_ms },
    };
  }

  #listTasks(params: Params<'tasks/list'>): Result<'tasks/list'> {
    const environment = this.#parts.registry.environment(params.environment);
    const tasks = environment.tasks(params.dataset, params.split);
    const from = params.offset ?? 0;
    const page = tasks.slice(from, from + (params.limit ?? DEFAULT_TASK_LIMIT));
    return {
      dataset: params.dataset ?? tasks[0]?.dataset ?? environment.info.datasets[0]?.name ?? '',
      total: tasks.length,
      tasks: page.map(({ id, index, instruction, tags }) => ({ id, index, instruction, tags: [...tags] })),
    };
  }

  #reset(params: ResetParams): Promise<ResetResult> {
    const { environment, episode_id, ...options } = params;
    return this.#owner.open({
      environment,
      options,
      ...(episode_id === undefined ? {} : { episodeId: episode_id }),
    });
  }
}
