import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { AbortedError, type CallContext, ConnectionLostError, OverloadedError } from './call-errors.ts';
import { remoteError, type WireError } from './errors.ts';
import { type Call, type OnGivenUp, PendingCall } from './pending-call.ts';
import { timerMs } from './timer.ts';

export interface ConnectionLimits {
  /** Maximum number of pending calls. @default 4096 */
  readonly maxInFlight: number;
  /** Maximum number of bytes that wait to be written to the socket. @default 64 MiB */
  readonly maxBufferedBytes: number;
  /** Interval of pings, in milliseconds; three without any message from the server end the connection. @default 20000 */
  readonly heartbeatMs: number;
}

interface Reply {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: WireError;
}

const SILENT_BEATS = 3;

/** JSON-RPC calls over an open WebSocket: matches answers to calls, keeps deadlines, reports the socket's end. */
export class ServerConnection {
  readonly #socket: WebSocket;
  readonly #limits: ConnectionLimits;
  readonly #pending = new Map<number, PendingCall>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onGivenUp: OnGivenUp;
  /** The TCP or TLS socket below the WebSocket, once it is open. */
  #stream: Duplex | null = null;
  #corked = false;
  #nextId = 1;
  #silentBeats = 0;
  #fault: unknown;
  #end: { readonly reason: string; readonly closeCode: number } | null = null;

  /** Resolves when the socket has closed, from either side. */
  readonly closed: Promise<void>;

  /** @param socket open, or opening; its handlers are attached here */
  constructor(socket: WebSocket, limits: ConnectionLimits) {
    this.#socket = socket;
    this.#limits = limits;
    this.#onGivenUp = ({ id, call }) => {
      // A late answer must find its call, if the call has a handler for it.
      if (!call.onLateResult) this.#pending.delete(id);
    };
    socket.once('upgrade', (response) => {
      this.#stream = response.socket;
    });
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('pong', () => {
      this.#silentBeats = 0;
    });
    socket.on('ping', () => {
      this.#silentBeats = 0;
    });
    socket.on('error', (error) => {
      this.#fault = error;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#finish(reason.toString() || closeText(code), code);
        resolve();
      });
    });
    this.#heartbeat = setInterval(() => this.#beat(), timerMs(limits.heartbeatMs));
    this.#heartbeat.unref();
  }

  /**
   * Send a request and wait for its answer.
   * @throws {RemoteError} what the server answered
   * @throws {UnansweredError} the connection was lost, the deadline passed, the signal fired, too much is waiting
   */
  call(call: Call): Promise<unknown> {
    const { signal } = call;
    if (this.#end) return Promise.reject(this.#lost(call, false));
    if (signal?.aborted) return Promise.reject(new AbortedError(signal.reason, call, false));
    const { maxInFlight, maxBufferedBytes } = this.#limits;
    if (this.#pending.size >= maxInFlight) {
      return Promise.reject(new OverloadedError(`${maxInFlight} calls are in flight already`, call));
    }
    if (this.#socket.bufferedAmount > maxBufferedBytes) {
      const message = `${this.#socket.bufferedAmount} bytes wait to be sent: the server reads too slowly`;
      return Promise.reject(new OverloadedError(message, call));
    }
    const id = this.#nextId++;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method: call.method, params: call.params });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, new PendingCall(id, call, resolve, reject, this.#onGivenUp));
      this.#send(text);
    });
  }

  /** Number of pending calls. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Close the socket; calls that are pending are rejected with `ConnectionLostError`. */
  async close(): Promise<void> {
    this.#finish('closed by this client', 1000);
    this.#socket.close(1000);
    await this.closed;
  }

  #receive(text: string): void {
    this.#silentBeats = 0;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.#fault = error;
      this.#finish('the server sent a frame that is not JSON', 1002);
      this.#socket.terminate();
      return;
    }
    if (Array.isArray(message)) for (const reply of message) this.#settle(reply as Reply);
    else this.#settle(message as Reply);
  }

  #settle(reply: Reply): void {
    if (typeof reply?.id !== 'number') return;
    const pending = this.#take(reply.id);
    if (!pending) return;
    if (reply.error === undefined) pending.resolve(reply.result);
    else pending.reject(remoteError(reply.error));
  }

  #take(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    if (pending) this.#pending.delete(id);
    return pending;
  }

  /** Write all that one turn of the event loop sends in one system call, which is most of what a step costs here. */
  #send(text: string): void {
    const stream = this.#stream;
    if (stream && !this.#corked) {
      this.#corked = true;
      stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        stream.uncork();
      });
    }
    this.#socket.send(text);
  }

  #beat(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#silentBeats >= SILENT_BEATS) {
      this.#finish(`nothing received for ${SILENT_BEATS * this.#limits.heartbeatMs} ms`, 1006);
      this.#socket.terminate();
      return;
    }
    this.#silentBeats++;
    this.#socket.ping();
  }

  #finish(reason: string, closeCode: number): void {
    if (this.#end) return;
    this.#end = { reason, closeCode };
    clearInterval(this.#heartbeat);
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#take(id);
      pending?.reject(this.#lost(pending.call, true));
    }
  }

  #lost(context: CallContext, mayHaveRun: boolean): ConnectionLostError {
    const { reason, closeCode } = this.#end ?? { reason: 'unknown', closeCode: 1006 };
    return new ConnectionLostError(reason, closeCode, context, mayHaveRun, this.#fault);
  }
}

function closeText(code: number): string {
  if (code === 1006) return 'the connection dropped without a closing handshake';
  if (code === 1001) return 'the server is shutting down';
  return `the server closed the socket (code ${code})`;
}
