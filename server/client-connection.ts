import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { taskPage } from '../environments/task-page.ts';
import type { ResetParams, ResetResult, StepParams, StepResult } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { METHODS, type MethodName, type Params, type Result } from '../protocol/methods.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../protocol/version.ts';
import type { Admission } from './admission.ts';
import type { Answer } from './answer-text.ts';
import { AnswerWriter } from './answer-writer.ts';
import { CollectedAnswers } from './collected-answers.ts';
import type { Config } from './config.ts';
import { EpisodeOwner } from './episode-owner.ts';
import type { EpisodeRegistry } from './episode-registry.ts';
import { clipped } from './excerpt.ts';
import { FlowControl } from './flow-control.ts';
import { Forker } from './fork.ts';
import { Intake } from './intake.ts';
import { JsonRpc, type RpcCaller, tooLarge } from './json-rpc.ts';
import { ManyEpisodes } from './many-episodes.ts';
import { Notifier } from './notifier.ts';
import { ClientGone } from './opening.ts';
import { invalidParams } from './param-issues.ts';
import { REQUEST_BYTES } from './request-memory.ts';
import type { ServerMemory } from './server-memory.ts';
import { ClientGate, type StepGate } from './step-gate.ts';

const MAX_BATCH = 1024;
/** Cheap to request and expensive to answer: one at a time per socket. */
const LISTS: ReadonlySet<string> = new Set(['environments/list', 'tasks/list'] satisfies MethodName[]);
/** Maximum message of a client before it has sent the token, in bytes. */
const MAX_UNAUTHORIZED = 65_536;

export interface ConnectionParts {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  /** Whether the upgrade request had the token. If not, `initialize` must have it. */
  readonly authorized: boolean;
  readonly registry: EpisodeRegistry;
  readonly admission: Admission;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly log: Logger;
  /** Called once `initialize` has brought the token. */
  readonly onAuthorized?: () => void;
  /** How long the client has been silent, in milliseconds. */
  readonly silentMs: () => number;
}

type Handlers = {
  readonly [M in MethodName]: (params: Params<M>, caller: RpcCaller) => Promise<Result<M>>;
};

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

function tokenIn(params: unknown): string | undefined {
  const token: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'token') : null;
  return typeof token === 'string' ? token : undefined;
}

function tell(listeners: RpcCaller['sent']): void {
  for (const listener of listeners) listener();
}

/** One client at `/v1`: JSON-RPC 2.0 over a WebSocket, and the episodes that belong to it. */
export class ClientConnection {
  readonly #parts: ConnectionParts;
  readonly #owner: EpisodeOwner;
  readonly #flow: FlowControl;
  readonly #intake: Intake;
  readonly #gate: ClientGate;
  readonly #forker: Forker;
  /** For steps of a batch: a step whose answer would not fit does not run. */
  readonly #batchGate: StepGate;
  readonly #rpc: JsonRpc;
  readonly #many: ManyEpisodes;
  #authorized: boolean;
  /** A wrong token was sent. A socket has one attempt. */
  #guessed = false;

  constructor(parts: ConnectionParts) {
    const { config, memory, socket, stream } = parts;
    this.#parts = parts;
    this.#authorized = parts.authorized;
    this.#flow = new FlowControl(socket, {
      answers: memory.answers,
      slowReaderTimeoutMs: config.slow_reader_timeout_ms,
      maxInFlight: 2 * config.max_episodes_per_connection,
      maxInFlightBytes: config.max_frame_bytes,
      stream,
    });
    const writer = new AnswerWriter(memory, () => this.#flow.ready());
    const notifier = new Notifier(this.#flow, writer);
    // A client that has gone need not be told.
    const onMoved = (episode_id: string): void =>
      void notifier.send('episode/moved', { episode_id }).catch(() => {});
    this.#owner = new EpisodeOwner(parts.registry, config.max_episodes_per_connection, onMoved);
    this.#gate = new ClientGate({
      flow: this.#flow,
      outputs: memory.outputs.client(),
      outputBytes: config.max_output_bytes,
    });
    const onFault = (method: string, err: unknown): void => {
      if (err instanceof ClientGone) return;
      parts.log.error({ err, method: clipped(method, 100) }, 'a request failed unexpectedly');
    };
    this.#forker = new Forker({
      owner: this.#owner,
      registry: parts.registry,
      gate: this.#gate,
      copies: memory.copies,
      onFault: (error) => onFault('episode/fork', error),
    });
    const collected = new CollectedAnswers(memory.answers);
    this.#batchGate = this.#gate.unless(() => (collected.full ? tooLarge() : undefined));
    this.#many = new ManyEpisodes({
      owner: this.#owner,
      registry: parts.registry,
      flow: this.#flow,
      requests: memory.requests,
      collected,
      notifier,
      onWritten: (result) => this.#gate.written(result),
      onFault,
    });
    this.#rpc = new JsonRpc({
      call: (method, params, caller) => this.#call(method, params, caller),
      maxBatch: MAX_BATCH,
      collected,
      onFault,
      writer,
      onWritten: (result) => this.#gate.written(result),
      alone: LISTS,
    });
    this.#intake = new Intake({
      socket,
      stream,
      flow: this.#flow,
      memory: memory.requests,
      take: (data, isBinary) => this.#take(data, isBinary),
      ...(parts.authorized ? {} : { limit: MAX_UNAUTHORIZED }),
    });
    socket.on('close', (code) => this.#closed(code));
  }

  /** Answer requests that wait for the client to read: the server takes no new work. */
  refuse(error: ProtocolError): void {
    this.#flow.refuse(error);
  }

  /** Settles when every request is answered, or the socket has closed. */
  settled(): Promise<void> {
    return this.#flow.settled();
  }

  #take(data: Buffer, isBinary: boolean): Promise<unknown> | undefined {
    try {
      // A binary frame is not JSON.
      const frame = this.#rpc.read(isBinary ? '' : data.toString());
      const { length } = frame.requests;
      this.#flow.begin(length, data.length);
      this.#parts.memory.requests.change(length * REQUEST_BYTES);
      const sent: RpcCaller['sent'] = [];
      const { begun, answer } = this.#rpc.begin(frame, sent);
      void this.#answer(answer, sent, length, data.length);
      return begun;
    } catch (error) {
      this.#fault(error);
      return undefined;
    }
  }

  async #answer(
    coming: Promise<Answer | undefined>,
    sent: RpcCaller['sent'],
    requests: number,
    bytes: number,
  ): Promise<void> {
    try {
      const answer = await coming;
      this.#flow.end(requests, bytes);
      this.#parts.memory.requests.change(-bytes - requests * REQUEST_BYTES);
      if (answer !== undefined) this.#flow.send(answer, sent.length === 0 ? undefined : () => tell(sent));
    } catch (error) {
      this.#fault(error);
    }
  }

  /** An unknown fault, which ends this socket alone. */
  #fault(err: unknown): void {
    this.#parts.log.error({ err }, 'a socket failed unexpectedly');
    this.#parts.socket.terminate();
  }

  /**
   * After a closing handshake the episodes end at once, and so do those whose answer was not sent. The others of a dropped socket
   * can be resumed for `grace_ms`, which began with the silence of a socket that the heartbeat has given up.
   */
  #closed(code: number): void {
    this.#owner.leave();
    const polite = code === 1000 || code === 1001 || code === 1005;
    const { config, registry, silentMs } = this.#parts;
    const grace = polite || registry.draining ? 0 : config.grace_ms - silentMs();
    if (grace <= 0) void this.#owner.abandon('disconnect');
    else setTimeout(() => void this.#owner.abandon('disconnect'), grace).unref();
  }

  /** @throws {ProtocolError} at once or later */
  #call(method: string, params: unknown, caller: RpcCaller): Promise<unknown> {
    if (!isMethod(method)) throw new ProtocolError('method_not_found', `There is no method ${method}.`);
    if (!this.#authorized) this.#authorize(method, params);
    return this.#dispatch(method, params, caller);
  }

  /** Comes before everything else. @throws {ProtocolError} `unauthorized` */
  #authorize(method: string, params: unknown): void {
    if (method !== 'initialize') throw new ProtocolError('unauthorized', 'This server requires a token.');
    if (this.#guessed || !this.#parts.admission.tokenMatches(tokenIn(params))) {
      // Close after the answer: a socket has one attempt.
      if (!this.#guessed) setImmediate(() => this.#parts.socket.close(1008, 'unauthorized'));
      this.#guessed = true;
      throw new ProtocolError('unauthorized', 'The token is missing or wrong.');
    }
    this.#authorized = true;
    this.#intake.admit();
    this.#parts.onAuthorized?.();
  }

  #dispatch<M extends MethodName>(method: M, params: unknown, caller: RpcCaller): Promise<Result<M>> {
    const parsed = this.#schemaOf(method).safeParse(params ?? {});
    if (!parsed.success) throw invalidParams(parsed.error);
    return this.#handlers[method](parsed.data as Params<M>, caller);
  }

  #schemaOf(method: MethodName): z.ZodType {
    const { options } = this.#parts.registry;
    if (method === 'episode/reset') return options.params;
    return method === 'episode/reset_many' ? options.manyParams : METHODS[method].params;
  }

  readonly #handlers: Handlers = {
    initialize: async (params) => this.#initialize(params),
    'environments/list': () =>
      this.#list(() => ({
        environments: [...this.#parts.registry.environments.values()].map(({ info }) => info),
      })),
    'tasks/list': (params) =>
      this.#list(() => taskPage(this.#parts.registry.environment(params.environment), params)),
    'episode/reset': (params, caller) => this.#reset(params, caller),
    'episode/reset_many': (params, caller) => this.#many.reset(params, caller),
    'episode/step': (params, { batched }) => this.#step(params, batched ? this.#batchGate : this.#gate),
    'episode/step_many': (params, caller) =>
      this.#many.step(params, caller, (one) =>
        this.#step(one, caller.batched ? this.#batchGate : this.#gate),
      ),
    'episode/evaluate': async ({ episode_id }) => (await this.#owner.get(episode_id)).evaluate(),
    'episode/state': async ({ episode_id }) => (await this.#owner.get(episode_id)).state(),
    'episode/resume': async ({ resume_token }) =>
      (await this.#owner.resume(resume_token)).resumed(this.#gate),
    'episode/fork': (params, { sent }) => this.#forker.fork(params, sent),
    'episode/undo': (params) => this.#forker.undo(params),
    'episode/close': async ({ episode_id }) => {
      await this.#owner.close(episode_id);
      return { closed: true };
    },
  };

  #initialize(params: Params<'initialize'>): Result<'initialize'> {
    if (params.protocol_version !== PROTOCOL_VERSION) {
      const message = `This server speaks protocol version ${PROTOCOL_VERSION}, the client ${params.protocol_version}.`;
      throw new ProtocolError('version_mismatch', message, { protocol_version: PROTOCOL_VERSION });
    }
    const { max_frame_bytes, max_episodes, max_episodes_per_connection } = this.#parts.config;
    const { step_timeout_ms, grace_ms, queue_timeout_ms } = this.#parts.config;
    return {
      protocol_version: PROTOCOL_VERSION,
      server: { name: 'stepwell', version: STEPWELL_VERSION },
      limits: {
        max_frame_bytes,
        max_episodes,
        max_episodes_per_connection,
        step_timeout_ms,
        queue_timeout_ms,
        grace_ms,
      },
    };
  }

  /** At most one list per turn of the event loop, over all clients, and none for a client that does not read. */
  async #list<T>(make: () => T): Promise<T> {
    for (;;) {
      await this.#flow.ready();
      const made = await this.#parts.memory.listing.run(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return this.#flow.flows ? { list: make() } : undefined;
      });
      if (made !== undefined) return made.list;
    }
  }

  async #reset(params: ResetParams, { id, sent }: RpcCaller): Promise<ResetResult> {
    const { environment, episode_id, ...options } = params;
    const result = await this.#owner.open({
      environment,
      options,
      onQueued: (place) => this.#many.queued(id, environment, place),
      ...(episode_id === undefined ? {} : { episodeId: episode_id }),
    });
    sent.push(() => this.#owner.told(result.episode_id));
    return result;
  }

  /** @throws {ProtocolError} at once or later */
  #step({ episode_id, step, action }: StepParams, gate: StepGate): Promise<StepResult> {
    this.#parts.registry.refuseWhenDraining();
    const episode = this.#owner.get(episode_id);
    if (episode instanceof Promise) return episode.then((opened) => opened.step(step, action, gate));
    return episode.step(step, action, gate);
  }
}
