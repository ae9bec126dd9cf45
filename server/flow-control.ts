import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

export interface FlowLimits {
  /** Unsent bytes above which nothing more is read from the socket. */
  readonly maxBufferedBytes: number;
  /** Longest time above `maxBufferedBytes`, in milliseconds. */
  readonly slowReaderTimeoutMs: number;
  /** Requests of one socket that may be under way; more wait in the socket. The last frame read may go beyond it. */
  readonly maxInFlight: number;
  /** What the socket writes to: answers of one turn of the event loop then leave together. @default each by itself */
  readonly stream?: Duplex;
}

/**
 * Keeps one socket from filling the server's memory: a client that does not read its answers, or sends faster than its
 * requests are done, is not read from; one that never reads is cut.
 */
export class FlowControl {
  readonly #socket: WebSocket;
  readonly #limits: FlowLimits;
  #inFlight = 0;
  #clogged = false;
  #gathering = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, limits: FlowLimits) {
    this.#socket = socket;
    this.#limits = limits;
    socket.on('close', () => clearTimeout(this.#deadline));
  }

  /** So many requests begin. */
  begin(requests: number): void {
    this.#count(requests);
  }

  /** So many requests are done, and their answers ready to be sent. */
  end(requests: number): void {
    this.#count(-requests);
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#gather();
    this.#socket.send(text, this.#sent);
    if (!this.#clogged && this.#socket.bufferedAmount > this.#limits.maxBufferedBytes) {
      this.#clogged = true;
      this.#deadline = setTimeout(() => this.#socket.terminate(), this.#limits.slowReaderTimeoutMs);
      this.#apply();
    }
  }

  /** Sandboxes that answered in the same turn share one system call, which costs more than an answer does. */
  #gather(): void {
    const { stream } = this.#limits;
    if (stream === undefined || this.#gathering) return;
    this.#gathering = true;
    stream.cork();
    setImmediate(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  readonly #sent = (): void => {
    if (!this.#clogged || this.#socket.bufferedAmount > this.#limits.maxBufferedBytes / 2) return;
    this.#clogged = false;
    clearTimeout(this.#deadline);
    this.#apply();
  };

  get #full(): boolean {
    return this.#inFlight >= this.#limits.maxInFlight;
  }

  #count(change: number): void {
    const wasFull = this.#full;
    this.#inFlight += change;
    if (this.#full !== wasFull) this.#apply();
  }

  #apply(): void {
    if (this.#clogged || this.#full) this.#socket.pause();
    else this.#socket.resume();
  }
}
