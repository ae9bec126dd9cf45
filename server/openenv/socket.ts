import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../../protocol/errors.ts';
import { OPENENV_MESSAGES, type OpenEnvErrorCode, type OpenEnvMessageType } from '../../protocol/openenv.ts';
import type { Config } from '../config/config.ts';
import { AnswerWriter } from '../connection/answer-writer.ts';
import { FlowControl } from '../connection/flow-control.ts';
import { Intake } from '../connection/intake.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped, excerpt } from '../json/excerpt.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import { ClientGate } from '../memory/step-gate.ts';
import { ClientGone } from '../registry/opening.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import { faultOf, OpenEnvEpisodes, OpenEnvExecutionError } from './episodes.ts';
import { answerMcp } from './mcp.ts';
import type { OpenEnvSession, OpenEnvSessions } from './sessions.ts';
import type { OpenEnvPlayer, OpenEnvTools } from './tools.ts';
import { OpenEnvValidationError, validate } from './validation.ts';

/** Maximum messages of one socket that are read ahead. They are still answered one by one. */
const MAX_READ_AHEAD = 64;

export interface OpenEnvSocketParts {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  readonly environment: string;
  readonly tools: OpenEnvTools;
  readonly sessions: OpenEnvSessions;
  /** Id of a session that was created by request, if the socket takes one. It outlives the socket. */
  readonly session: string | undefined;
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly log: Logger;
}

interface ErrorFrame {
  readonly code: OpenEnvErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function shown(type: unknown): string {
  return typeof type === 'object' ? 'an object' : clipped(String(type), 100);
}

function isMessageType(type: unknown): type is OpenEnvMessageType {
  return typeof type === 'string' && Object.hasOwn(OPENENV_MESSAGES, type);
}

/** A client at `/openenv/{environment}/ws`: one answer per message, in order, and nothing else. */
export class OpenEnvSocket {
  readonly #parts: OpenEnvSocketParts;
  readonly #episodes: OpenEnvEpisodes;
  readonly #session: OpenEnvSession | undefined;
  readonly #player: OpenEnvPlayer;
  readonly #flow: FlowControl;
  readonly #gate: ClientGate;
  readonly #writer: AnswerWriter;
  #closed = false;

  constructor(parts: OpenEnvSocketParts) {
    const { config, environment, memory, registry, socket, stream } = parts;
    this.#parts = parts;
    this.#flow = new FlowControl(socket, {
      answers: memory.answers,
      slowReaderTimeoutMs: config.slow_reader_timeout_ms,
      maxInFlight: MAX_READ_AHEAD,
      maxInFlightBytes: config.max_frame_bytes,
    });
    this.#gate = new ClientGate({
      flow: this.#flow,
      outputs: memory.outputs.client(),
      outputBytes: config.max_output_bytes,
    });
    this.#writer = new AnswerWriter(memory, () => this.#flow.ready());
    const { step_timeout_ms: stepTimeoutMs } = config;
    this.#episodes = new OpenEnvEpisodes({ environment, registry, stepTimeoutMs, gate: this.#gate });
    this.#session = this.#attach();
    this.#player = this.#session ?? this.#episodes;
    new Intake({
      socket,
      stream,
      flow: this.#flow,
      memory: memory.requests,
      take: (data) => this.#take(data),
      ahead: MAX_READ_AHEAD,
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#session?.detach();
      void this.#episodes.leave('disconnect');
    });
  }

  /** Take the session that the client has asked for, or close the socket. */
  #attach(): OpenEnvSession | undefined {
    const { session: id, sessions } = this.#parts;
    if (id === undefined) return undefined;
    const session = sessions.find(id);
    if (session !== undefined && !session.attached) {
      session.attach();
      return session;
    }
    const message =
      session === undefined
        ? `Unknown session_id: ${clipped(id, 100)}`
        : `Session ${session.id} already has an attached WebSocket`;
    // Handlers of the socket are not attached yet.
    setImmediate(() => this.#fail({ code: 'SESSION_ERROR', message }));
    return undefined;
  }

  /** Answer requests that wait for the client to read: the server takes no new work. */
  refuse(error: ProtocolError): void {
    this.#flow.refuse(error);
  }

  /** Settles when every request is answered, or the socket has closed. */
  settled(): Promise<void> {
    return this.#flow.settled();
  }

  async #take(data: Buffer): Promise<void> {
    this.#flow.begin(1, data.length);
    try {
      if (!this.#closed) await this.#answer(data.toString());
    } catch (err) {
      // An unknown fault, which ends this socket alone.
      this.#parts.log.error({ err }, 'an OpenEnv answer failed unexpectedly');
      this.#parts.socket.terminate();
    } finally {
      this.#flow.end(1, data.length);
      this.#parts.memory.requests.change(-data.length);
    }
  }

  async #answer(text: string): Promise<void> {
    try {
      const message: unknown = this.#parse(text);
      if (message !== undefined) await this.#handle(message);
    } catch (error) {
      // A request that was given up as its client has disconnected: nobody is there to be told.
      if (error instanceof ClientGone) return;
      this.#fail(this.#frameOf(error));
    }
  }

  #parse(text: string): unknown {
    try {
      return parseJson(text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#fail({ code: 'INVALID_JSON', message: `Invalid JSON: ${error.message}` });
      return undefined;
    }
  }

  async #handle(message: unknown): Promise<void> {
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      const msg = 'Input should be a valid dictionary';
      throw new OpenEnvValidationError([{ type: 'dict_type', loc: [], msg, input: excerpt(message) }]);
    }
    const type: unknown = Reflect.get(message, 'type') ?? '';
    if (!isMessageType(type)) {
      this.#fail({ code: 'UNKNOWN_TYPE', message: `Unknown message type: ${shown(type)}` });
      return;
    }
    switch (type) {
      case 'reset': {
        const { data = {} } = validate(OPENENV_MESSAGES.reset, message);
        await this.#send('observation', await this.#player.reset(data));
        return;
      }
      case 'step': {
        const { data } = validate(OPENENV_MESSAGES.step, message);
        await this.#send('observation', await this.#parts.tools.step(this.#player, data));
        return;
      }
      case 'state':
        validate(OPENENV_MESSAGES.state, message);
        await this.#send('state', await this.#player.state());
        return;
      case 'mcp':
        await this.#mcp(validate(OPENENV_MESSAGES.mcp, message).data);
        return;
      case 'close':
        validate(OPENENV_MESSAGES.close, message);
        this.#close();
    }
  }

  async #mcp(request: unknown): Promise<void> {
    const { tools, sessions } = this.#parts;
    await this.#send('mcp', await answerMcp(request, { tools, sessions, player: this.#player }));
  }

  async #send(type: string, data: object): Promise<void> {
    try {
      this.#flow.send(await this.#writer.write(data, `{"type":"${type}","data":`, '}'));
    } finally {
      this.#gate.settle();
    }
  }

  #fail({ code, message, details }: ErrorFrame): void {
    const data = { message: clipped(message), code, ...details };
    this.#flow.send(JSON.stringify({ type: 'error', data }));
    if (code === 'CAPACITY_REACHED' || code === 'FACTORY_ERROR' || code === 'SESSION_ERROR') this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#parts.socket.close(1000);
    void this.#episodes.leave('client');
  }

  #frameOf(error: unknown): ErrorFrame {
    if (error instanceof OpenEnvValidationError) {
      return { code: 'VALIDATION_ERROR', message: error.message, details: { errors: error.issues } };
    }
    const details = faultOf(error);
    if (error instanceof OpenEnvExecutionError) {
      return { code: 'EXECUTION_ERROR', message: error.message, details };
    }
    if (!(error instanceof ProtocolError)) {
      this.#parts.log.error({ err: error }, 'an OpenEnv request failed unexpectedly');
      const fault = new ProtocolError('internal_error', 'Internal server error.');
      return { code: 'EXECUTION_ERROR', message: fault.message, details: faultOf(fault) };
    }
    if (error.error === 'shutting_down') return { code: 'SESSION_ERROR', message: error.message, details };
    if (error.error !== 'capacity') return { code: 'EXECUTION_ERROR', message: error.message, details };
    const { config, registry } = this.#parts;
    const active = registry.openCount;
    const { max_episodes, pool_max } = config;
    const max = pool_max === 'auto' ? max_episodes : Math.min(max_episodes, pool_max);
    return {
      code: 'CAPACITY_REACHED',
      message: `Server at capacity: ${active}/${max} sessions active. ${error.message}`,
      details: { active_sessions: active, max_sessions: max, ...details },
    };
  }
}
