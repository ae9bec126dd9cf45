import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Config } from '../config/config.ts';
import type { Admission } from '../connection/admission.ts';
import { AnswerWriter } from '../connection/answer-writer.ts';
import { FlowControl } from '../connection/flow-control.ts';
import { Intake } from '../connection/intake.ts';
import type { Answer } from '../json/answer-text.ts';
import { clipped } from '../json/excerpt.ts';
import { REQUEST_BYTES } from '../memory/request-memory.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import { ClientGone } from '../registry/opening.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import type { ServerFacts } from '../registry/server-facts.ts';
import type { Watching } from '../watch/watching.ts';
import { ClientMethods, type ClientMethodsParts, isMethod, LISTS } from './client-methods.ts';
import { CollectedAnswers } from './collected-answers.ts';
import { JsonRpc, type RpcCaller } from './json-rpc.ts';
import type { OperatorParts } from './operator-methods.ts';

const MAX_BATCH = 1024;
/** Maximum message of a client before it has sent the token, in bytes. */
const MAX_UNAUTHORIZED = 65_536;

export interface ConnectionParts {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  /** Whether the upgrade request had the token. If not, `initialize` must have it. */
  readonly authorized: boolean;
  /** Number of the connection, from 1. */
  readonly number: number;
  readonly registry: EpisodeRegistry;
  readonly operator: OperatorParts;
  readonly facts: ServerFacts;
  readonly relay?: ClientMethodsParts['relay'];
  readonly state?: ClientMethodsParts['state'];
  readonly admission: Admission;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly watching: Watching;
  readonly log: Logger;
  /** Called once `initialize` has brought the token. */
  readonly onAuthorized?: () => void;
  /** How long the client has been silent, in milliseconds. */
  readonly silentMs: () => number;
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
  readonly #flow: FlowControl;
  readonly #intake: Intake;
  readonly #methods: ClientMethods;
  readonly #rpc: JsonRpc;
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
    const onFault = (method: string, err: unknown): void => {
      if (err instanceof ClientGone) return;
      parts.log.error({ err, method: clipped(method, 100) }, 'a request failed unexpectedly');
    };
    const collected = new CollectedAnswers(memory.answers);
    const { facts, number, operator, registry, relay, state, watching } = parts;
    // Another socket gets back what the other worker had.
    const onRelayLost = (): void => socket.terminate();
    const own = { number, facts, operator, relay, state, watching, onRelayLost };
    const flow = this.#flow;
    this.#methods = new ClientMethods({ ...own, registry, config, memory, flow, writer, collected, onFault });
    this.#rpc = new JsonRpc({
      call: (method, params, caller) => this.#call(method, params, caller),
      maxBatch: MAX_BATCH,
      collected,
      onFault,
      writer,
      onWritten: (result) => this.#methods.written(result),
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

  partIfIdle(): void {
    // Clients connect again after this code.
    if (!this.#flow.busy && this.#methods.idle) this.#parts.socket.close(1012, 'the server restarts');
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
    const { owner } = this.#methods;
    this.#methods.leave();
    const polite = code === 1000 || code === 1001 || code === 1005;
    this.#methods.close(polite);
    const { config, registry, silentMs } = this.#parts;
    const grace = polite || registry.draining ? 0 : config.grace_ms - silentMs();
    if (grace <= 0) void owner.abandon('disconnect');
    else setTimeout(() => void owner.abandon('disconnect'), grace).unref();
  }

  /** @throws {ProtocolError} at once or later */
  #call(method: string, params: unknown, caller: RpcCaller): Promise<unknown> {
    if (!isMethod(method)) throw new ProtocolError('method_not_found', `There is no method ${method}.`);
    if (!this.#authorized) this.#authorize(method, params);
    return this.#methods.call(method, params, caller);
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
}
