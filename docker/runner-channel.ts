import type { Duplex } from 'node:stream';
import { Deferred } from './deferred.ts';
import { SandboxError, type SandboxErrorCode } from './errors.ts';
import { encodeFrame, FrameDecoder, FrameError, type FrameHeader, type PayloadPart } from './frames.ts';
import { Hello, sandboxCode } from './runner-replies.ts';

export interface ChannelOptions {
  /** Added to a request's own deadline before the runner counts as unresponsive, in milliseconds. @default 30,000 */
  readonly graceMs?: number;
  /** Deadline of requests that bring none of their own, in milliseconds. @default 30,000 */
  readonly requestTimeoutMs?: number;
}

export interface ChannelRequest {
  /** The request's own deadline in milliseconds, which the runner keeps. @default `requestTimeoutMs` */
  readonly timeoutMs?: number;
  readonly payload?: readonly PayloadPart[];
  /** An agent's code: when it fails, its error says that it may have run. @default false */
  readonly runsCode?: boolean;
}

/** A successful reply. */
export interface RunnerReply {
  readonly header: FrameHeader;
  readonly payload: Buffer;
}

interface Pending {
  readonly resolve: (reply: RunnerReply) => void;
  readonly reject: (error: SandboxError) => void;
  readonly runsCode: boolean;
  readonly timer: NodeJS.Timeout;
}

/**
 * Requests to a runner over its stream, replies matched by id. A channel dies once and for all: when the stream ends
 * (`died`), when a request is not answered in time (`unresponsive`), when the runner sends what it may not
 * (`runner_fault`), or by `close`. All pending requests are then rejected with that code, later ones too.
 */
export class RunnerChannel {
  /** What the runner said of itself, once its first layer is prepared. Rejects when the channel dies before. */
  readonly ready: Promise<Hello>;
  /** Settles once, with the reason, when the channel has died. */
  readonly closed: Promise<SandboxError>;

  readonly #stream: Duplex;
  readonly #decoder = new FrameDecoder((header, payload) => this.#take(header, payload));
  readonly #pending = new Map<number, Pending>();
  readonly #graceMs: number;
  readonly #requestTimeoutMs: number;
  readonly #ready = new Deferred<Hello>();
  readonly #closed = new Deferred<SandboxError>();
  #hello: Hello | null = null;
  #lastId = 0;
  #death: SandboxError | null = null;

  constructor(stream: Duplex, options: ChannelOptions = {}) {
    this.#stream = stream;
    this.#graceMs = options.graceMs ?? 30_000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.ready = this.#ready.promise;
    this.closed = this.#closed.promise;
    // Nobody has to wait for it; its rejection must not end the process.
    this.ready.catch(() => {});
    stream.on('data', (chunk: Buffer) => this.#push(chunk));
    stream.on('end', () => this.#die('died', "The runner's stream ended."));
    stream.on('close', () => this.#die('died', "The runner's stream was closed."));
    stream.on('error', (cause) => this.#die('died', `The runner's stream failed: ${cause.message}`, cause));
  }

  /** Requests that wait for a reply. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /**
   * Send one request and wait for its reply.
   * @throws {SandboxError} `died`, `unresponsive`, `runner_fault`, the runner's answers about files, and
   * `file_too_large` for a request that is over a frame's limit
   */
  request(op: string, fields: FrameHeader = {}, options: ChannelRequest = {}): Promise<RunnerReply> {
    return new Promise((resolve, reject) => {
      const frame = this.#encode(op, fields, options.payload);
      const limitMs = (options.timeoutMs ?? this.#requestTimeoutMs) + this.#graceMs;
      this.#pending.set(this.#lastId, {
        resolve,
        reject,
        runsCode: options.runsCode ?? false,
        timer: setTimeout(() => {
          this.#die('unresponsive', `The runner did not answer "${op}" within ${limitMs} ms.`);
        }, limitMs),
      });
      this.#stream.write(frame);
    });
  }

  /**
   * Ask for a sign of life. A late answer does not end the channel: what to do about it is the caller's choice.
   * @throws {SandboxError} `unresponsive` after `timeoutMs`, or as `request`
   */
  ping(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const frame = this.#encode('ping', {}, undefined);
      const timer = setTimeout(() => {
        reject(new SandboxError('unresponsive', `The runner did not answer a ping within ${timeoutMs} ms.`));
      }, timeoutMs);
      this.#pending.set(this.#lastId, { resolve: () => resolve(), reject, runsCode: false, timer });
      this.#stream.write(frame);
    });
  }

  /** End the channel; pending and later requests are rejected with `code`. A second call does nothing. */
  close(code: SandboxErrorCode, message: string): void {
    this.#die(code, message);
  }

  /** The frame of the next request; takes its id. */
  #encode(op: string, fields: FrameHeader, payload: readonly PayloadPart[] | undefined): Buffer {
    if (this.#death !== null) {
      throw new SandboxError(this.#death.code, this.#death.message, { cause: this.#death });
    }
    this.#lastId += 1;
    try {
      return encodeFrame({ id: this.#lastId, op, ...fields }, payload);
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      throw new SandboxError('file_too_large', `The request is too large: ${cause.message}`, { cause });
    }
  }

  #push(chunk: Buffer): void {
    if (this.#death !== null) return;
    try {
      this.#decoder.push(chunk);
    } catch (cause) {
      if (!(cause instanceof FrameError)) throw cause;
      this.#die('runner_fault', `The runner sent what is no frame: ${cause.message}`, cause);
    }
  }

  #take(header: FrameHeader, payload: Buffer): void {
    if (this.#death !== null) return;
    if (typeof header.id !== 'number') {
      this.#takeEvent(header);
      return;
    }
    const pending = this.#pending.get(header.id);
    if (pending === undefined) {
      this.#die('runner_fault', `The runner answered request ${header.id}, which nobody made.`);
      return;
    }
    this.#pending.delete(header.id);
    clearTimeout(pending.timer);
    if (header.ok === true) {
      pending.resolve({ header, payload });
      return;
    }
    const code = sandboxCode(header.code);
    pending.reject(
      new SandboxError(code, String(header.message ?? 'The runner gave no reason.'), {
        actionMayHaveRun: pending.runsCode && (code === 'runner_fault' || code === 'died'),
      }),
    );
  }

  #takeEvent(header: FrameHeader): void {
    if (header.event === 'ready' && this.#hello !== null) {
      this.#ready.resolve(this.#hello);
      return;
    }
    const hello = Hello.safeParse(header);
    if (hello.success) {
      this.#hello = hello.data;
      return;
    }
    const shown = JSON.stringify(header).slice(0, 200);
    this.#die('runner_fault', `The runner sent a frame that has no place here: ${shown}`);
  }

  #die(code: SandboxErrorCode, message: string, cause?: Error): void {
    if (this.#death !== null) return;
    const death = new SandboxError(code, message, { cause });
    this.#death = death;
    for (const { reject, runsCode, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new SandboxError(code, message, { cause: death, actionMayHaveRun: runsCode }));
    }
    this.#pending.clear();
    this.#ready.reject(death);
    this.#closed.resolve(death);
    this.#stream.destroy();
  }
}
