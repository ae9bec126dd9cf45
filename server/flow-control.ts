import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../protocol/errors.ts';
import type { AnswerMemory, SlowReader } from './answer-memory.ts';
import { type Answer, isText } from './answer-text.ts';

export interface FlowLimits {
  /** Unsent answers of all sockets together; they say when this one counts as clogged. */
  readonly answers: AnswerMemory;
  /** Longest time clogged, in milliseconds. */
  readonly slowReaderTimeoutMs: number;
  /** Requests of one socket that may be under way; more wait. The last frame begun may go beyond it. */
  readonly maxInFlight: number;
  /** Bytes of requests that may be under way; the last frame begun may go beyond it. */
  readonly maxInFlightBytes: number;
  /** What the socket writes to: answers of one turn of the event loop then leave together. @default each by itself */
  readonly stream?: Duplex;
}

/** Characters from which an answer is sent as bytes. */
const LONG = 16_384;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Keeps one socket from filling the server's memory. A client that does not read its answers is clogged: nothing is read
 * from it, and nothing of what was read is begun, until it reads; one that never does is cut. One that sends faster than
 * its requests are done is not read from.
 */
export class FlowControl implements SlowReader {
  /** When the socket last took answers, while it is clogged. */
  tookAt = 0;
  /** Called when requests may begin again. */
  onOpen: () => void = () => {};
  readonly #socket: WebSocket;
  readonly #limits: FlowLimits;
  readonly #waiting = new Set<Waiter>();
  #inFlight = 0;
  #inFlightBytes = 0;
  #unsent = 0;
  #clogged = false;
  #held = false;
  #backlog = false;
  #gathering = false;
  #gone = false;
  #refusal: ProtocolError | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  constructor(socket: WebSocket, limits: FlowLimits) {
    this.#socket = socket;
    this.#limits = limits;
    socket.on('close', () => this.#closed());
  }

  get unsentBytes(): number {
    return this.#unsent;
  }

  /** Whether another request may begin. */
  get open(): boolean {
    return this.flows && !this.#full;
  }

  /** Whether the client has room for answers. */
  get flows(): boolean {
    return !this.#clogged && !this.#gone;
  }

  /** Whether a request is under way. */
  get busy(): boolean {
    return this.#inFlight > 0;
  }

  /**
   * Settles when the client has room for answers; `undefined` where it has now.
   * @throws {ProtocolError} what `refuse` was given, and once the socket is gone
   */
  ready(): Promise<void> | undefined {
    if (this.flows) return undefined;
    return new Promise((resolve, reject) => {
      if (this.#refusal === undefined) this.#waiting.add({ resolve, reject });
      else reject(this.#refusal);
    });
  }

  /** Settles when nothing is under way, or the socket is gone. */
  async settled(): Promise<void> {
    if (this.#inFlight === 0 || this.#gone) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** So many requests begin. */
  begin(requests: number, bytes: number): void {
    this.#count(requests, bytes);
  }

  /** So many requests are done, and their answers ready to be sent. */
  end(requests: number, bytes: number): void {
    this.#count(-requests, -bytes);
    if (this.#inFlight === 0) this.#onIdle?.();
  }

  /** Frames wait that were read already, or none. */
  backlog(waits: boolean): void {
    if (waits === this.#backlog) return;
    this.#backlog = waits;
    this.#apply();
  }

  /** Read no more for now, whatever else holds, or go on. */
  hold(held: boolean): void {
    this.#held = held;
    this.#apply();
  }

  /** Those who wait for the client to read are sent home with this error, later ones too. */
  refuse(error: ProtocolError): void {
    this.#refusal ??= error;
    for (const { reject } of this.#waiting) reject(this.#refusal);
    this.#waiting.clear();
  }

  cut(): void {
    this.#socket.terminate();
  }

  send(answer: Answer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#gather();
    if (!isText(answer)) this.#sendParts(answer);
    else if (answer.length < LONG) this.#socket.send(answer, this.#sent);
    // A text that waits may take twice its bytes, and would be copied once more.
    else this.#socket.send(Buffer.from(answer), { binary: false }, this.#sent);
    this.#weigh();
    if (!this.#clogged && this.#unsent > this.#limits.answers.share) this.#clog();
  }

  /** One message in several frames: its parts are never copied into one piece. */
  #sendParts(parts: readonly Buffer[]): void {
    for (const [index, part] of parts.entries()) {
      this.#socket.send(part, { binary: false, fin: index === parts.length - 1 }, this.#sent);
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

  #weigh(): void {
    const unsent = this.#socket.bufferedAmount;
    this.#limits.answers.change(unsent - this.#unsent);
    this.#unsent = unsent;
  }

  #clog(): void {
    this.#clogged = true;
    this.tookAt = this.#limits.answers.now;
    this.#limits.answers.clogged(this);
    this.#deadline = setTimeout(() => this.cut(), this.#limits.slowReaderTimeoutMs);
    this.#apply();
  }

  readonly #sent = (error?: Error | null): void => {
    // What was not sent made no room, and the socket's end follows.
    if (this.#gone || error || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#weigh();
    if (!this.#clogged) return;
    this.tookAt = this.#limits.answers.now;
    if (this.#unsent > this.#limits.answers.share / 2) return;
    this.#unclog();
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
    this.#apply();
    if (this.open) this.onOpen();
  };

  #unclog(): void {
    this.#clogged = false;
    clearTimeout(this.#deadline);
    this.#limits.answers.flowing(this);
  }

  #closed(): void {
    this.#gone = true;
    this.#limits.answers.change(-this.#unsent);
    this.#unsent = 0;
    this.#unclog();
    this.refuse(new ProtocolError('episode_not_found', 'The connection closed before this began.'));
    this.#onIdle?.();
  }

  get #full(): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    return this.#inFlight >= maxInFlight || this.#inFlightBytes >= maxInFlightBytes;
  }

  #count(requests: number, bytes: number): void {
    const wasFull = this.#full;
    this.#inFlight += requests;
    this.#inFlightBytes += bytes;
    if (this.#full === wasFull) return;
    this.#apply();
    if (this.open) this.onOpen();
  }

  #apply(): void {
    if (this.#clogged || this.#full || this.#held || this.#backlog) this.#socket.pause();
    else this.#socket.resume();
  }
}
