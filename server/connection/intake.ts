import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { RequestMemory, Sender } from '../memory/request-memory.ts';
import type { FlowControl } from './flow-control.ts';

export interface IntakeParts {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  readonly flow: FlowControl;
  readonly memory: RequestMemory;
  /** Handles a message. If it returns a promise, the next message waits for it. It must not throw. */
  readonly take: (data: Buffer, isBinary: boolean) => Promise<unknown> | undefined;
  /** Maximum message until `admit` is called, in bytes. @default no limit */
  readonly limit?: number;
  /** Maximum small messages that are read ahead; with more, the socket is paused. @default 0 */
  readonly ahead?: number;
}

/** Maximum messages of one socket that start in one turn of the event loop. */
const MESSAGES_A_TURN = 128;
/** Size above which a message that is being received is large, in bytes. */
const LARGE = 65_536;
/** Maximum wait for the client's part of the closing handshake, in milliseconds. */
const GOODBYE_MS = 1_000;
const TOO_BIG = 1009;
/** Memory of a client's control frame besides its payload, in bytes. */
const CONTROL_HEADER = 6;
/** Memory of a received chunk besides its bytes, in bytes. */
const CHUNK_BYTES = 256;

/**
 * The messages of one socket, in order: none while the client does not read or has too much in progress, not too many in one
 * turn of the event loop, and none above the limit.
 */
export class Intake implements Sender {
  readonly #parts: IntakeParts;
  #limit: number;
  /** Received messages. Those before `#next` have started. */
  #waiting: (readonly [data: Buffer, isBinary: boolean])[] = [];
  #next = 0;
  #begun = 0;
  #deferred = false;
  #busy = false;
  /** Bytes received since the last moment without an incomplete message. */
  #wire = 0;
  /** Bytes of pings and pongs among them. */
  #controls = 0;
  /** Memory of the incomplete message, in bytes: each of its parts keeps the whole chunk that it came in. */
  #partial = 0;
  #closed = false;

  constructor(parts: IntakeParts) {
    const { flow, limit = Number.POSITIVE_INFINITY, socket, stream } = parts;
    this.#parts = parts;
    this.#limit = limit;
    flow.onOpen = this.#pump;
    // Before the socket's own listener, which emits the messages that this chunk completes.
    stream.prependListener('data', this.#received);
    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('ping', this.#control);
    socket.on('pong', this.#control);
    socket.on('close', () => this.#close());
  }

  /** Accept messages of any length from now on. */
  admit(): void {
    this.#limit = Number.POSITIVE_INFINITY;
  }

  hold(held: boolean): void {
    this.#parts.flow.hold(held);
  }

  cut(): void {
    this.#parts.socket.terminate();
  }

  readonly #received = (chunk: Buffer): void => {
    // Pings and pongs do not add up to a message, even over days.
    if (this.#wire <= this.#controls) this.#whole();
    this.#wire += chunk.length;
    this.#partial += chunk.length + CHUNK_BYTES;
    if (this.#partial <= LARGE) return;
    if (this.#partial > this.#limit + LARGE) this.#refuse();
    // The socket's own listener handles the chunk first.
    else setImmediate(this.#weigh);
  };

  readonly #control = (payload: Buffer): void => {
    this.#controls += payload.length + CONTROL_HEADER;
  };

  /** Bytes of the incomplete message that are counted in the memory. */
  #weighed = 0;

  readonly #weigh = (): void => {
    if (this.#closed || this.#partial <= LARGE || this.#wire <= this.#controls) return;
    const { memory } = this.#parts;
    memory.change(this.#partial - this.#weighed);
    this.#weighed = this.#partial;
    memory.receiving(this);
  };

  #message(raw: RawData, isBinary: boolean): void {
    const data = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.toString());
    this.#whole();
    if (this.#closed) return;
    if (data.length > this.#limit) {
      this.#refuse();
      return;
    }
    this.#parts.memory.change(data.length);
    if (this.#waiting.length === 0 && this.#mayBegin()) {
      this.#begin(data, isBinary);
      return;
    }
    this.#waiting.push([data, isBinary]);
    const many = this.#waiting.length - this.#next > (this.#parts.ahead ?? 0);
    if (many || data.length > LARGE) this.#parts.flow.backlog(true);
  }

  /** There is no incomplete message. */
  #whole(): void {
    this.#wire = 0;
    this.#controls = 0;
    this.#partial = 0;
    if (this.#weighed === 0) return;
    this.#parts.memory.change(-this.#weighed);
    this.#weighed = 0;
    this.#parts.memory.received(this);
  }

  #begin(data: Buffer, isBinary: boolean): void {
    this.#begun += 1;
    if (this.#begun >= MESSAGES_A_TURN) this.#defer();
    const taken = this.#parts.take(data, isBinary);
    if (taken === undefined) return;
    this.#busy = true;
    void taken.finally(() => {
      this.#busy = false;
      this.#pump();
    });
  }

  #defer(): void {
    this.#begun = 0;
    this.#deferred = true;
    setImmediate(() => {
      this.#deferred = false;
      this.#pump();
    });
  }

  #mayBegin(): boolean {
    const { flow, memory } = this.#parts;
    if (this.#busy || this.#deferred || !flow.open) return false;
    if (!memory.full || !flow.busy) return true;
    memory.whenRoom(this.#pump);
    return false;
  }

  readonly #pump = (): void => {
    while (this.#next < this.#waiting.length && this.#mayBegin()) {
      const message = this.#waiting[this.#next];
      this.#next += 1;
      if (message !== undefined) this.#begin(...message);
    }
    if (this.#next < this.#waiting.length) return;
    this.#waiting = [];
    this.#next = 0;
    this.#parts.flow.backlog(false);
  };

  /** Close with "message too big", and read nothing more. */
  #refuse(): void {
    const { socket, stream } = this.#parts;
    this.#close();
    socket.close(TOO_BIG, 'message too big');
    stream.pause();
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#whole();
    this.#parts.stream.removeListener('data', this.#received);
    let bytes = 0;
    for (const [data] of this.#waiting.slice(this.#next)) bytes += data.length;
    this.#parts.memory.change(-bytes);
    this.#waiting = [];
    this.#next = 0;
  }
}
