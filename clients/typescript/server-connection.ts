import {
  AbortedError,
  type CallContext,
  ConnectionLostError,
  InterruptedError,
  OverloadedError,
} from './call-errors.ts';
import { remoteError, type StepwellError, type WireError } from './errors.ts';
import { type Call, type OnGivenUp, PendingCall } from './pending-call.ts';
import type { SocketEnd, SocketLink } from './socket-link.ts';

export interface ConnectionLimits {
  /** Maximum number of pending calls. @default 4096 */
  readonly maxInFlight: number;
  /** Maximum number of bytes that wait to be written to the socket. @default 64 MiB */
  readonly maxBufferedBytes: number;
}

export interface ConnectionEvents {
  /** The socket is lost. @returns whether another one will take its place; if not, the connection has ended */
  readonly onLost: (end: SocketEnd) => boolean;
  /** The server sent something without being asked. */
  readonly onNotification: (method: string, params: unknown) => void;
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: WireError;
}

/**
 * JSON-RPC calls over a WebSocket that may be replaced: matches answers to calls and keeps deadlines. When a socket is lost,
 * calls that may be repeated or were not sent wait for the next one; the others are rejected.
 */
export class ServerConnection {
  readonly #limits: ConnectionLimits;
  readonly #events: ConnectionEvents;
  readonly #pending = new Map<number, PendingCall>();
  readonly #onGivenUp: OnGivenUp;
  #link: SocketLink | null = null;
  /** Whether ordinary calls are sent. */
  #open = false;
  /** Episodes whose calls wait until they are resumed. */
  readonly #resuming = new Set<string>();
  #nextId = 1;
  #end: SocketEnd | null = null;
  #resolveClosed: () => void = () => {};
  /** Resolves when the connection has ended, from either side, and its socket has closed. */
  readonly closed: Promise<void>;

  constructor(limits: ConnectionLimits, events: ConnectionEvents) {
    this.#limits = limits;
    this.#events = events;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#onGivenUp = ({ id, call }) => {
      // A late answer must find its call, if the call has a handler for it.
      if (!call.onLateResult) this.#pending.delete(id);
    };
  }

  /** Number of pending calls. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Use another socket. Until `open`, only calls with `first` are sent on it. */
  attach(link: SocketLink): void {
    if (this.#end) {
      void link.close();
      return;
    }
    this.#link = link;
    link.listen({
      onMessage: (message) => this.#receive(message),
      onEnd: (end) => {
        if (this.#link === link) this.#lost(end);
      },
    });
  }

  /** Close a socket that could not be prepared, without ending the connection. */
  detach(link: SocketLink): void {
    if (this.#link === link) this.#link = null;
    void link.close();
  }

  /** Send the calls that wait, and later ones at once; those of episodes that are being resumed wait for `resumed`. */
  open(resuming: Iterable<string> = []): void {
    for (const id of resuming) this.#resuming.add(id);
    this.#open = true;
    for (const pending of this.#pending.values()) this.#sendIfReady(pending);
  }

  /** Send the waiting calls of an episode. */
  resumed(episodeId: string): void {
    this.#resuming.delete(episodeId);
    for (const pending of this.#pending.values()) {
      if (pending.call.episodeId === episodeId) this.#sendIfReady(pending);
    }
  }

  /** Reject the waiting calls of an episode that cannot be resumed. */
  abandon(episodeId: string, error: (call: CallContext, mayHaveRun: boolean) => StepwellError): void {
    this.#resuming.delete(episodeId);
    for (const { call, id, wasSent } of [...this.#pending.values()]) {
      if (call.episodeId === episodeId) this.#take(id)?.reject(error(call, wasSent));
    }
  }

  /**
   * Send a request and wait for its answer.
   * @throws {RemoteError} what the server answered
   * @throws {UnansweredError} the connection was lost, the deadline passed, the signal fired, too much is waiting
   */
  call(call: Call): Promise<unknown> {
    const { signal } = call;
    if (this.#end) return Promise.reject(lost(this.#end, call, false));
    if (signal?.aborted) return Promise.reject(new AbortedError(signal.reason, call, false));
    const { maxInFlight, maxBufferedBytes } = this.#limits;
    if (this.#pending.size >= maxInFlight && !call.first) {
      return Promise.reject(new OverloadedError(`${maxInFlight} calls are in flight already`, call));
    }
    const unsent = this.#link?.bufferedAmount ?? 0;
    if (unsent > maxBufferedBytes) {
      const message = `${unsent} bytes wait to be sent: the server reads too slowly`;
      return Promise.reject(new OverloadedError(message, call));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const pending = new PendingCall(id, call, resolve, reject, this.#onGivenUp);
      this.#pending.set(id, pending);
      this.#sendIfReady(pending);
    });
  }

  /** Close the socket; calls that are pending are rejected with `ConnectionLostError`. */
  async close(): Promise<void> {
    this.finish({ reason: 'closed by this client', closeCode: 1000 });
    await this.closed;
  }

  /** The connection has ended: reject all calls, now and later, and close the socket. */
  finish(end: SocketEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#open = false;
    for (const { call, id, wasSent } of [...this.#pending.values()]) {
      this.#take(id)?.reject(lost(end, call, wasSent));
    }
    if (this.#link === null) this.#resolveClosed();
    else void this.#link.close().then(this.#resolveClosed);
  }

  #lost(end: SocketEnd): void {
    if (this.#end) return;
    this.#open = false;
    this.#resuming.clear();
    if (!this.#events.onLost(end)) {
      this.finish(end);
      return;
    }
    // What the lost socket has not sent counts no more.
    this.#link = null;
    for (const { call, givenUp, id, wasSent } of [...this.#pending.values()]) {
      const waits = call.repeat || !wasSent;
      if (!waits || givenUp) this.#take(id)?.reject(new InterruptedError(end.reason, call, end.cause));
    }
  }

  #sendIfReady(pending: PendingCall): void {
    const { call, givenUp, id } = pending;
    const { episodeId = null, first = false, method, params } = call;
    const waits = !this.#open || (episodeId !== null && this.#resuming.has(episodeId));
    if ((waits && !first) || givenUp) return;
    let text: string;
    try {
      text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    } catch (error) {
      this.#take(id)?.reject(error instanceof Error ? error : new TypeError(String(error)));
      return;
    }
    pending.wasSent = true;
    this.#link?.send(text);
  }

  #receive(message: unknown): void {
    if (Array.isArray(message)) for (const reply of message) this.#settle(reply as Message);
    else this.#settle(message as Message);
  }

  #settle(message: Message): void {
    if (typeof message?.id !== 'number') {
      if (typeof message?.method === 'string') this.#note(message.method, message.params);
      return;
    }
    const pending = this.#take(message.id);
    if (!pending) return;
    if (message.error === undefined) pending.resolve(message.result);
    else pending.reject(remoteError(message.error));
  }

  #note(method: string, params: unknown): void {
    const { request_id: id } = (params ?? {}) as { readonly request_id?: unknown };
    if (typeof id !== 'number') this.#events.onNotification(method, params);
    else {
      const pending = this.#pending.get(id);
      if (pending?.givenUp === false) pending.call.onNote?.(method, params);
    }
  }

  #take(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    if (pending) this.#pending.delete(id);
    return pending;
  }
}

function lost(end: SocketEnd, call: CallContext, mayHaveRun: boolean): ConnectionLostError {
  return new ConnectionLostError(end.reason, end.closeCode, call, mayHaveRun, end.cause);
}
