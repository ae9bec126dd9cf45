import type { Duplex } from 'node:stream';
import { Deferred } from '../deferred.ts';
import { SandboxError, type SandboxErrorCode } from '../errors.ts';
import type { Condition } from '../process-condition.ts';
import { encodeFrame, FrameDecoder, FrameError, type FrameHeader, type PayloadPart } from './frames.ts';
import { Hello, replyError } from './replies.ts';
import { RunnerWatch } from './watch.ts';

export interface ChannelOptions {
  /** Grace after a request's own deadline before the runner counts as unresponsive, in milliseconds. @default 30,000 */
  readonly graceMs?: number;
  /** Deadline of requests without one of their own, in milliseconds. @default 30,000 */
  readonly requestTimeoutMs?: number;
  /** Asks the engine for the condition of a runner that does not answer. @default unknown */
  readonly condition?: () => Promise<Condition>;
}

export interface ChannelRequest {
  /** The request's own deadline, which the runner enforces, in milliseconds. @default `requestTimeoutMs` */
  readonly timeoutMs?: number;
  readonly payload?: readonly PayloadPart[];
  /** The request runs an agent's code: its error says that the code may have run. @default false */
  readonly runsCode?: boolean;
  /** The runner answers pings during this request. @default as `runsCode` */
  readonly answersPings?: boolean;
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
  readonly answersPings: boolean;
  readonly op: string;
  /** When it was sent, in milliseconds, and how long the runner may take for it; infinite for a ping. */
  readonly sentAt: number;
  readonly limitMs: number;
  /** Whether the runner is watched during it. */
  watched: boolean;
}

/** The runner is watched during a request that takes longer, in milliseconds. */
const WATCH_AFTER_MS = 2_000;

/**
 * Requests to a runner over its stream, with replies matched by id. A channel dies once: when the stream ends (`died`), when
 * a request is not answered in time or the runner is frozen (`unresponsive`), when the runner sends something invalid
 * (`runner_fault`), or by `close`. All pending and later requests are then rejected with that code.
 */
export class RunnerChannel {
  /** The runner's hello, once its first layer is ready. Rejects if the channel dies first. */
  readonly ready: Promise<Hello>;
  /** Settles once, with the reason, when the channel has died. */
  readonly closed: Promise<SandboxError>;

  readonly #stream: Duplex;
  readonly #decoder = new FrameDecoder((header, payload) => this.#take(header, payload));
  readonly #pending = new Map<number, Pending>();
  readonly #graceMs: number;
  readonly #requestTimeoutMs: number;
  readonly #watch: RunnerWatch;
  readonly #ready = new Deferred<Hello>();
  readonly #closed = new Deferred<SandboxError>();
  #hello: Hello | null = null;
  #lastId = 0;
  /** Requests during which the runner is watched. */
  #watched = 0;
  /** The next look at the pending requests, one timer for all: most are answered before it. */
  #look: NodeJS.Timeout | undefined;
  #looksAt = Number.POSITIVE_INFINITY;
  #death: SandboxError | null = null;
  /** Frames wait for the end of this turn. */
  #gathering = false;

  constructor(stream: Duplex, options: ChannelOptions = {}) {
    this.#stream = stream;
    this.#graceMs = options.graceMs ?? 30_000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    this.#watch = new RunnerWatch({
      ping: (onAnswer) => {
        this.#ping(onAnswer, () => {});
      },
      condition: options.condition ?? (async () => 'unknown'),
      answersPings: () => this.#busyAnswering,
      onFrozen: (silentMs) =>
        this.#die('unresponsive', `The runner is frozen: it gave no sign of life for ${silentMs} ms.`),
    });
    this.ready = this.#ready.promise;
    this.closed = this.#closed.promise;
    // It may have no listener; an unhandled rejection would end the process.
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
      const runsCode = options.runsCode ?? false;
      const answersPings = options.answersPings ?? runsCode;
      const sentAt = performance.now();
      const pending = { resolve, reject, runsCode, answersPings, op, sentAt, limitMs, watched: false };
      this.#pending.set(this.#lastId, pending);
      this.#lookAt(sentAt + Math.min(limitMs, WATCH_AFTER_MS), sentAt);
      this.#send(frame);
    });
  }

  /** Requests that are made together share one system call, and wake the runner once. */
  #send(frame: Buffer): void {
    if (!this.#gathering) {
      this.#gathering = true;
      this.#stream.cork();
      process.nextTick(this.#sendGathered);
    }
    this.#stream.write(frame);
  }

  readonly #sendGathered = (): void => {
    this.#gathering = false;
    this.#stream.uncork();
  };

  /** Look at the pending requests then, if no earlier look is due. */
  #lookAt(time: number, now: number): void {
    if (time >= this.#looksAt) return;
    clearTimeout(this.#look);
    this.#looksAt = time;
    // The stream keeps the process alive as long as it should be.
    this.#look = setTimeout(() => this.#lookThrough(), Math.max(0, Math.ceil(time - now))).unref();
  }

  #lookThrough(): void {
    this.#looksAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const pending of this.#pending.values()) {
      const { op, sentAt, limitMs } = pending;
      if (limitMs === Number.POSITIVE_INFINITY) continue;
      if (now >= sentAt + limitMs) {
        this.#die('unresponsive', `The runner did not answer "${op}" within ${limitMs} ms.`);
        return;
      }
      if (!pending.watched && now >= sentAt + WATCH_AFTER_MS) {
        pending.watched = true;
        this.#watched += 1;
        this.#watch.start();
      }
      this.#lookAt(sentAt + (pending.watched ? limitMs : Math.min(limitMs, WATCH_AFTER_MS)), now);
    }
  }

  /**
   * Ping the runner. A late answer does not end the channel: the caller decides what to do.
   * @throws {SandboxError} `unresponsive` after `timeoutMs`, or as `request`
   */
  ping(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(late);
          how(value);
        };
      this.#ping(settle(resolve), settle(reject));
      const late = setTimeout(() => {
        reject(new SandboxError('unresponsive', `The runner did not answer a ping within ${timeoutMs} ms.`));
      }, timeoutMs);
    });
  }

  #ping(onAnswer: () => void, reject: (error: SandboxError) => void): void {
    const frame = this.#encode('ping', {}, undefined);
    const resolve = (): void => onAnswer();
    this.#pending.set(this.#lastId, {
      resolve,
      reject,
      runsCode: false,
      answersPings: false,
      op: 'ping',
      sentAt: 0,
      limitMs: Number.POSITIVE_INFINITY,
      watched: false,
    });
    this.#stream.write(frame);
  }

  /** Whether the runner answers pings during its current request, the first pending one. */
  get #busyAnswering(): boolean {
    for (const { answersPings, watched } of this.#pending.values()) if (watched) return answersPings;
    return false;
  }

  /** End the channel; pending and later requests are rejected with `code`. A second call does nothing. */
  close(code: SandboxErrorCode, message: string): void {
    this.#die(code, message);
  }

  /** The frame of the next request, with the next id. */
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
    if (pending.watched) this.#unwatch();
    if (header.ok === true) {
      pending.resolve({ header, payload });
      return;
    }
    pending.reject(replyError(header, pending.runsCode));
  }

  #unwatch(): void {
    this.#watched -= 1;
    if (this.#watched === 0) this.#watch.stop();
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
    // Its values may be nested too deeply for JSON.
    const fields = Object.keys(header).join(', ').slice(0, 200);
    this.#die('runner_fault', `The runner sent a frame that has no place here, with the fields: ${fields}`);
  }

  #die(code: SandboxErrorCode, message: string, cause?: Error): void {
    if (this.#death !== null) return;
    const death = new SandboxError(code, message, { cause });
    this.#death = death;
    clearTimeout(this.#look);
    for (const { reject, runsCode } of this.#pending.values()) {
      reject(new SandboxError(code, message, { cause: death, actionMayHaveRun: runsCode }));
    }
    this.#pending.clear();
    this.#watch.stop();
    this.#ready.reject(death);
    this.#closed.resolve(death);
    this.#stream.destroy();
  }
}
