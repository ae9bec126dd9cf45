import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { ProtocolError } from '../protocol/errors.ts';
import { OPENENV_MESSAGES, type OpenEnvErrorCode, type OpenEnvMessageType } from '../protocol/openenv.ts';
import type { Config } from './config.ts';
import type { EpisodeRegistry } from './episode-registry.ts';
import { FlowControl } from './flow-control.ts';
import { answerMcp } from './openenv-mcp.ts';
import { OpenEnvExecutionError, OpenEnvSession } from './openenv-session.ts';
import { OpenEnvValidationError, validate } from './openenv-validation.ts';
import { RequestQueue } from './request-queue.ts';

/** Messages of one socket that are read ahead; its answers come one by one all the same. */
const MAX_READ_AHEAD = 64;

export interface OpenEnvSocketParts {
  readonly socket: WebSocket;
  readonly environment: string;
  readonly registry: EpisodeRegistry;
  readonly config: Config;
  readonly log: Logger;
}

interface ErrorFrame {
  readonly code: OpenEnvErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function isMessageType(type: unknown): type is OpenEnvMessageType {
  return typeof type === 'string' && Object.hasOwn(OPENENV_MESSAGES, type);
}

function frame(type: string, data: unknown): string {
  return JSON.stringify({ type, data });
}

/** One client at `/openenv/{environment}/ws`: one answer per message, in order, and nothing else. */
export class OpenEnvSocket {
  readonly #parts: OpenEnvSocketParts;
  readonly #session: OpenEnvSession;
  readonly #flow: FlowControl;
  readonly #requests = new RequestQueue();
  #closed = false;

  constructor(parts: OpenEnvSocketParts) {
    const { config, environment, registry, socket } = parts;
    this.#parts = parts;
    this.#session = new OpenEnvSession({ environment, registry, stepTimeoutMs: config.step_timeout_ms });
    this.#flow = new FlowControl(socket, {
      maxBufferedBytes: config.max_buffered_bytes,
      slowReaderTimeoutMs: config.slow_reader_timeout_ms,
      maxInFlight: MAX_READ_AHEAD,
    });
    socket.on('message', (data) => this.#queue(data));
    socket.on('close', () => {
      this.#closed = true;
      void this.#session.leave('disconnect');
    });
  }

  #queue(data: RawData): void {
    this.#flow.begin(1);
    void this.#requests.run(async () => {
      if (!this.#closed) await this.#answer(data.toString());
      this.#flow.end(1);
    });
  }

  async #answer(text: string): Promise<void> {
    try {
      const message: unknown = this.#parse(text);
      if (message !== undefined) await this.#handle(message);
    } catch (error) {
      this.#fail(this.#frameOf(error));
    }
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fail({ code: 'INVALID_JSON', message: `Invalid JSON: ${reason}` });
      return undefined;
    }
  }

  async #handle(message: unknown): Promise<void> {
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      const msg = 'Input should be a valid dictionary';
      throw new OpenEnvValidationError([{ type: 'dict_type', loc: [], msg, input: message }]);
    }
    const type: unknown = Reflect.get(message, 'type') ?? '';
    if (!isMessageType(type)) {
      this.#fail({ code: 'UNKNOWN_TYPE', message: `Unknown message type: ${type}` });
      return;
    }
    switch (type) {
      case 'reset': {
        const { data = {} } = validate(OPENENV_MESSAGES.reset, message);
        this.#flow.send(frame('observation', await this.#session.reset(data)));
        return;
      }
      case 'step': {
        const { data } = validate(OPENENV_MESSAGES.step, message);
        this.#flow.send(frame('observation', await this.#session.step(data)));
        return;
      }
      case 'state':
        validate(OPENENV_MESSAGES.state, message);
        this.#flow.send(frame('state', this.#session.state()));
        return;
      case 'mcp':
        this.#flow.send(frame('mcp', answerMcp(validate(OPENENV_MESSAGES.mcp, message).data)));
        return;
      case 'close':
        validate(OPENENV_MESSAGES.close, message);
        this.#close();
    }
  }

  #fail({ code, message, details }: ErrorFrame): void {
    this.#flow.send(frame('error', { message, code, ...details }));
    if (code === 'CAPACITY_REACHED' || code === 'FACTORY_ERROR' || code === 'SESSION_ERROR') this.#close();
  }

  #close(): void {
    this.#closed = true;
    this.#parts.socket.close(1000);
    void this.#session.leave('client');
  }

  #frameOf(error: unknown): ErrorFrame {
    if (error instanceof OpenEnvValidationError) {
      return { code: 'VALIDATION_ERROR', message: error.message, details: { errors: error.issues } };
    }
    if (error instanceof OpenEnvExecutionError) return { code: 'EXECUTION_ERROR', message: error.message };
    if (!(error instanceof ProtocolError)) {
      this.#parts.log.error({ err: error }, 'an OpenEnv request met a fault');
      return { code: 'EXECUTION_ERROR', message: 'The server met a fault of its own.' };
    }
    if (error.error === 'shutting_down') return { code: 'SESSION_ERROR', message: error.message };
    if (error.error !== 'capacity') return { code: 'EXECUTION_ERROR', message: error.message };
    const { config, registry } = this.#parts;
    const active = registry.openCount;
    const max = Math.min(config.max_episodes, config.pool_max);
    return {
      code: 'CAPACITY_REACHED',
      message: `Server at capacity: ${active}/${max} sessions active. ${error.message}`,
      details: { active_sessions: active, max_sessions: max },
    };
  }
}
