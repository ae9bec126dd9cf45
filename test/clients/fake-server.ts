import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ProtocolError } from '../../protocol/errors.ts';

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** Answers a request: with a result, with a `ProtocolError` thrown, or never. */
export type Handler = (request: Request, socket: WebSocket) => unknown;

export const NEVER = Symbol('no answer');

/** A server that speaks just enough of `/v1` to bring a client into any situation. */
export class FakeServer implements AsyncDisposable {
  readonly #sockets: WebSocketServer;
  readonly handlers: Record<string, Handler>;
  /** Every request that arrived, in order. */
  readonly requests: Request[] = [];
  readonly #arrivals = new Set<() => void>();
  #stopped: Promise<unknown> | null = null;

  private constructor(sockets: WebSocketServer, handlers: Record<string, Handler>) {
    this.#sockets = sockets;
    this.handlers = { ...defaultHandlers(), ...handlers };
    sockets.on('connection', (socket) => {
      socket.on('message', (data) => this.#answer(JSON.parse(data.toString()) as Request, socket));
    });
  }

  static async start(
    handlers: Record<string, Handler> = {},
    options: { readonly token?: string; readonly autoPong?: boolean } = {},
  ): Promise<FakeServer> {
    const sockets = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      autoPong: options.autoPong ?? true,
      verifyClient: ({ req }, accept) => {
        const wanted = options.token === undefined ? undefined : `Bearer ${options.token}`;
        accept(wanted === undefined || req.headers.authorization === wanted, 401);
      },
    });
    const server = new FakeServer(sockets, handlers);
    await once(sockets, 'listening');
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#sockets.address() as AddressInfo).port}`;
  }

  /** Wait until so many requests of a method have arrived. */
  async arrived(method: string, count = 1): Promise<void> {
    while (this.requests.filter((request) => request.method === method).length < count) {
      await new Promise<void>((resolve) => this.#arrivals.add(resolve));
    }
  }

  /** Cut every socket without a word, as a killed server does; new ones may connect, as to a server that is back at once. */
  cut(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Cut every socket and refuse new ones, as a killed server does. */
  stop(): void {
    this.#stopped = once(this.#sockets, 'close');
    this.#sockets.close();
    this.cut();
  }

  /** Send text of our own to every client. */
  send(text: string): void {
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopped === null) this.stop();
    await this.#stopped;
  }

  async #answer(request: Request, socket: WebSocket): Promise<void> {
    this.requests.push(request);
    for (const wake of this.#arrivals) wake();
    this.#arrivals.clear();
    const { id, method } = request;
    try {
      const handler = this.handlers[method];
      if (!handler) throw new ProtocolError('method_not_found', `no method ${method}`);
      const result = await handler(request, socket);
      if (result !== NEVER) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { code, message, data } = error;
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } }));
    }
  }
}

export function stepResult(step: number, output: string, more: Record<string, unknown> = {}) {
  return {
    step,
    observation: { output, exit_code: 0 },
    reward: null,
    terminated: false,
    truncated: false,
    failure: null,
    info: { duration_ms: 0.1 },
    ...more,
  };
}

/** A deferred value, for handlers that answer when the test says so. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function defaultHandlers(): Record<string, Handler> {
  let episodes = 0;
  return {
    initialize: () => ({
      protocol_version: 1,
      server: { name: 'stepwell', version: '0.1.0' },
      limits: {
        max_frame_bytes: 16_777_216,
        max_episodes: 100,
        max_episodes_per_connection: 100,
        step_timeout_ms: 30_000,
        queue_timeout_ms: 30_000,
        grace_ms: 0,
      },
    }),
    'episode/reset': () => ({
      episode_id: `episode-${++episodes}`,
      resume_token: 'token',
      task: { id: 'count-files', index: 0, dataset: 'builtin', instruction: 'Count the files.' },
      observation: { output: 'Count the files.' },
      info: {
        duration_ms: 1,
        seed: 1,
        image: { name: 'bash', digest: 'sha256:0' },
        engine: 'local',
        isolation: 'layer',
      },
    }),
    'episode/step': ({ params }) => stepResult(Number(params.step), `did ${JSON.stringify(params.action)}`),
    'episode/evaluate': () => ({ reward: 0.5, failure: null, info: { duration_ms: 1 } }),
    'episode/close': () => ({ closed: true }),
  };
}
