import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ProtocolError } from '../../protocol/errors.ts';
import { type Answer, isText } from '../json/answer-text.ts';
import type { AnswerMemory, SlowReader } from '../memory/answer-memory.ts';

export interface FlowLimits {
  /** Unsent answers of all sockets, which decide when this one is clogged. */
  readonly answers: AnswerMemory;
  /** Maximum time clogged, in milliseconds. */
  readonly slowReaderTimeoutMs: number;
  /** Maximum requests of one socket in progress; more wait. The last frame may exceed it. */
  readonly maxInFlight: number;
  /** Maximum bytes of requests in progress. The last frame may exceed it. */
  readonly maxInFlightBytes: number;
  /** The stream below the socket: with it, the answers of one turn of the event loop are sent together. @default one by one */
  readonly stream?: Duplex;
}

/** Length above which an answer is sent as bytes, in characters. */
const LONG = 16_384;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Keeps one socket from filling the server's memory. A client that does not read its answers is clogged: the server reads
 * nothing from it and starts none of its requests until it reads, and disconnects it after a while. A client that sends
 * faster than its requests are done is not read from.
 */
export class FlowControl implements SlowReader {
  /** While it is clogged: when the client last read answers. */
  tookAt = 0;
  /** Called when requests may start again. */
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

  /** Whether another request may start. */
  get open(): boolean {
    return this.flows && !this.#full;
  }

  /** Whether the client reads its answers. */
  get flows(): boolean {
    return !this.#clogged && !this.#gone;
  }

  /** Whether a request is in progress. */
  get busy(): boolean {
    return this.#inFlight > 0;
  }

  /**
   * Settles when the client reads its answers; `undefined` if it does now.
   * @throws {ProtocolError} the error that `refuse` got, or that the socket has closed
   */
  ready(): Promise<void> | undefined {
    if (this.flows) return undefined;
    return new Promise((resolve, reject) => {
      if (this.#refusal === undefined) this.#waiting.add({ resolve, reject });
      else reject(this.#refusal);
    });
  }

  /** Settles when no request is in progress, or the socket has closed. */
  async settled(): Promise<void> {
    if (this.#inFlight === 0 || this.#gone) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Requests start. */
  begin(requests: number, bytes: number): void {
    this.#count(requests, bytes);
  }

  /** Requests are done, and their answers are about to be sent. */
  end(requests: number, bytes: number): void {
    this.#count(-requests, -bytes);
    if (this.#inFlight === 0) this.#onIdle?.();
  }

  /** Whether frames wait that were read already. */
  backlog(waits: boolean): void {
    if (waits === this.#backlog) return;
    this.#backlog = waits;
    this.#apply();
  }

  /** Pause or resume reading, whatever else holds. */
  hold(held: boolean): void {
    this.#held = held;
    this.#apply();
  }

  /** Reject all that wait for the client to read with this error, now and later. */
  refuse(error: ProtocolError): void {
    this.#refusal ??= error;
    for (const { reject } of this.#waiting) reject(this.#refusal);
    this.#waiting.clear();
  }

  cut(): void {
    this.#socket.terminate();
  }

  /** @param onSent called when the system has taken all of it, never if the socket closes before */
  send(answer: Answer, onSent?: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#gather();
    const sent = onSent === undefined ? this.#sent : this.#telling(onSent);
    if (!isText(answer)) this.#sendParts(answer, sent);
    else if (answer.length < LONG) this.#socket.send(answer, sent);
    // A waiting string may take twice its bytes, and would be copied once more.
    else this.#socket.send(Buffer.from(answer), { binary: false }, sent);
    this.#weigh();
    if (!this.#clogged && this.#unsent > this.#limits.answers.share) this.#clog();
  }

  /** Send one message in several frames, so that its parts are never copied into one buffer. */
  #sendParts(parts: readonly Buffer[], sent: (error?: Error | null) => void): void {
    for (const [index, part] of parts.entries()) {
      const fin = index === parts.length - 1;
      this.#socket.send(part, { binary: false, fin }, fin ? sent : this.#sent);
    }
  }

  #telling(onSent: () => void): (error?: Error | null) => void {
    return (error) => {
      this.#sent(error);
      if (!error) onSent();
    };
  }

  /** Answers of the same turn of the event loop share one system call, which costs more than an answer. */
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
    // Only sent bytes free memory. After an error the socket closes.
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
    this.refuse(new ProtocolError('episode_not_found', 'The connection closed before this request started.'));
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
