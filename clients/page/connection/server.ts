import type { MethodName, Params, Result } from '../../../protocol/methods.ts';
import type { Notification, NotificationName } from '../../../protocol/notifications.ts';
import { Store } from '../parts/store.ts';
import { Rpc, RpcError } from './rpc.ts';

/** `login`: the server wants a token. `lost`: the connection is made again. */
export type Status = 'connecting' | 'login' | 'open' | 'lost';

const PROTOCOL_VERSION = 1;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

type Listener = (params: unknown) => void;

/** The server of this page. The token is in memory only: it is gone when the page is closed. */
export class Server extends Store {
  status: Status = 'connecting';
  /** Why the last login failed. */
  refusal = '';
  version = '';
  token: string | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();
  #rpc: Rpc | undefined;
  #retryMs = FIRST_RETRY_MS;

  /** Connect, and again whenever the connection is lost. */
  connect(): void {
    const socket = new WebSocket(new URL('/v1', location.href.replace(/^http/, 'ws')));
    const onNote = (method: string, params: unknown): void => this.#note(method, params);
    const rpc = new Rpc(socket, onNote, () => this.#closed());
    this.#rpc = rpc;
    socket.addEventListener('open', () => void this.#greet(rpc));
  }

  /** Try a token. */
  login(token: string): void {
    this.token = token;
    this.refusal = '';
    this.#set('connecting');
    this.connect();
  }

  /** Forget the token. */
  logout(): void {
    this.token = undefined;
    this.#set('login');
    this.#rpc?.close();
  }

  /** @throws {RpcError} */
  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.status !== 'open' || this.#rpc === undefined) {
      throw new RpcError('disconnected', 'The server is not connected.', 'Wait until it is.');
    }
    return (await this.#rpc.call(method, params)) as Result<M>;
  }

  /** @returns what ends it */
  listen<N extends NotificationName>(method: N, listener: (params: Notification<N>) => void): () => void {
    const listeners = this.#listeners.get(method) ?? new Set();
    this.#listeners.set(method, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  async #greet(rpc: Rpc): Promise<void> {
    try {
      const token = this.token === undefined ? {} : { token: this.token };
      const client = { name: 'page', version: '1' };
      const hello = { protocol_version: PROTOCOL_VERSION, client, ...token };
      const { server } = (await rpc.call('initialize', hello)) as Result<'initialize'>;
      this.version = server.version;
      this.#retryMs = FIRST_RETRY_MS;
      this.#set('open');
    } catch (error) {
      if (!(error instanceof RpcError) || error.error === 'disconnected') return;
      if (error.error === 'unauthorized') {
        this.refusal = this.token === undefined ? '' : 'The server does not accept this token.';
        this.token = undefined;
      } else {
        this.refusal = error.message;
      }
      this.#set('login');
      rpc.close();
    }
  }

  #closed(): void {
    if (this.status === 'login') return;
    this.#set('lost');
    const wait = this.#retryMs;
    this.#retryMs = Math.min(MAX_RETRY_MS, 2 * wait);
    setTimeout(() => this.status === 'lost' && this.connect(), wait);
  }

  #note(method: string, params: unknown): void {
    for (const listener of this.#listeners.get(method) ?? []) listener(params);
  }

  #set(status: Status): void {
    this.status = status;
    this.changed();
  }
}
