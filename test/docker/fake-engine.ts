/**
 * An engine without containers, for tests of what stands on the engine port. Its containers are pairs of in-memory
 * streams with a `FakeRunner` at the far end that speaks the real frames, so a test can script every misfortune:
 * a start that waits, fails or never says hello, a runner that falls silent, sends rubbish or dies.
 *
 *     const engine = new FakeEngine();
 *     const pool = new SandboxPool(engine, { images: { bash: { warm: 1 } } });
 *     pool.start();
 *     await settled();                                   // streams and promises have come to rest
 *     engine.container(0).runner.answer('run', () => SILENCE);
 *
 * Nothing here uses a timer, so all of it works under fake timers.
 */
import { type Duplex, duplexPair } from 'node:stream';
import type { Container, Engine, StartOptions } from '../../docker/engine.ts';
import { encodeFrame, FrameDecoder, type FrameHeader } from '../../docker/link/frames.ts';
import type { ImageRef, Isolation } from '../../docker/sandbox.ts';

// Taken before any test fakes the timers.
const realImmediate = setImmediate;

/** One turn of the event loop: everything that only waits for streams and promises has happened afterwards. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    realImmediate(resolve);
  });
}

/** A promise that a test settles when it wants to. */
export class Gate {
  readonly opened: Promise<void>;
  #settle: { resolve: () => void; reject: (error: Error) => void } = { resolve() {}, reject() {} };

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.opened.catch(() => {});
  }

  open(): void {
    this.#settle.resolve();
  }

  fail(error: Error): void {
    this.#settle.reject(error);
  }
}

/** An answer that never comes; nothing after it is answered either, pings apart. */
export const SILENCE = Symbol('silence');

export interface FakeRequest {
  readonly op: string;
  readonly header: FrameHeader;
  readonly payload: Buffer;
}

/** Fields of the reply; `ok: false` with `code` and `message` for an error. */
export interface FakeAnswer {
  readonly fields?: FrameHeader;
  readonly payload?: Buffer;
}

export type Handler = (
  request: FakeRequest,
) => FakeAnswer | typeof SILENCE | Promise<FakeAnswer | typeof SILENCE>;

/** An answer that refuses. */
export function refusal(code: string, message = `refused: ${code}`): FakeAnswer {
  return { fields: { ok: false, code, message } };
}

/** The fields of a reply to `run` that everything went well. */
export const RUN_FIELDS: FrameHeader = { exit_code: 0, cwd: '/', duration_us: 1_500 };

/** The program in the container. By default `run` prints its code, `get` reads what `put` wrote in this layer. */
export class FakeRunner {
  /** Every request so far, in order of arrival. */
  readonly requests: FakeRequest[] = [];
  /** Layers made so far, the first included. */
  layers = 1;
  readonly #stream: Duplex;
  readonly #files = new Map<string, Buffer>();
  readonly #handlers = new Map<string, Handler>();
  #last: Promise<void> = Promise.resolve();

  constructor(stream: Duplex) {
    this.#stream = stream;
    const decoder = new FrameDecoder((header, payload) => this.#take(header, payload));
    stream.on('data', (chunk: Buffer) => decoder.push(chunk));
    stream.on('error', () => {});
    this.#handlers.set('ping', () => ({}));
    this.#handlers.set('run', ({ header, payload }) => ({
      fields: RUN_FIELDS,
      payload: payload.subarray(0, Number(header.code_length)),
    }));
    this.#handlers.set('put', (request) => this.#put(request));
    this.#handlers.set('get', ({ header }) => {
      const payload = this.#files.get(String(header.path));
      return payload === undefined ? refusal('path_not_found') : { payload };
    });
    this.#handlers.set('list', () => ({ fields: { files: [] } }));
    this.#handlers.set('mark', () => ({}));
    this.#handlers.set('diff', () => ({ fields: { changes: [], exceeded: null } }));
    this.#handlers.set('inspect', () => ({ fields: RUN_FIELDS }));
    this.#handlers.set('quiesce', () => ({}));
    this.#handlers.set('reset', () => {
      this.#files.clear();
      this.layers += 1;
      return {};
    });
  }

  /** Answer `op` differently from now on. */
  answer(op: string, handler: Handler): void {
    this.#handlers.set(op, handler);
  }

  /** Requests of one kind so far. */
  count(op: string): number {
    return this.requests.filter((request) => request.op === op).length;
  }

  hello(isolation: Isolation): void {
    this.send({ event: 'hello', version: 1, isolation, session: 'bash' });
    this.send({ event: 'ready' });
  }

  send(header: FrameHeader, payload: Buffer = Buffer.alloc(0)): void {
    this.sendRaw(encodeFrame(header, [payload]));
  }

  sendRaw(bytes: Buffer): void {
    if (!this.#stream.writableEnded) this.#stream.write(bytes);
  }

  /** Close the stream as a program does that ends. */
  end(): void {
    this.#stream.end();
  }

  #take(header: FrameHeader, payload: Buffer): void {
    const request = { op: String(header.op), header, payload: Buffer.from(payload) };
    this.requests.push(request);
    if (request.op === 'ping') void this.#reply(request);
    else this.#last = this.#last.then(() => this.#reply(request));
  }

  async #reply(request: FakeRequest): Promise<void> {
    const handler = this.#handlers.get(request.op) ?? (() => refusal('bad_request'));
    const answer = await handler(request);
    if (answer === SILENCE) return new Promise(() => {});
    this.send({ id: request.header.id, ok: true, ...answer.fields }, answer.payload);
  }

  #put({ header, payload }: FakeRequest): FakeAnswer {
    let offset = 0;
    for (const entry of (header.entries ?? []) as { path: string; length?: number }[]) {
      const end = offset + (entry.length ?? 0);
      this.#files.set(entry.path, payload.subarray(offset, end));
      offset = end;
    }
    return {};
  }
}

export class FakeContainer implements Container {
  readonly id: string;
  readonly image: ImageRef;
  readonly isolation: Isolation;
  readonly stream: Duplex;
  readonly runner: FakeRunner;
  readonly exited: Promise<{ readonly reason: string }>;
  /** `remove` has finished. */
  removed = false;
  /** Set by a test: `remove` waits for it. */
  removeGate: Gate | null = null;
  #exit: (exit: { reason: string }) => void = () => {};
  #removal: Promise<void> | null = null;

  constructor(id: string, image: string, isolation: Isolation) {
    const [host, inside] = duplexPair();
    this.id = id;
    this.image = { name: image, digest: `sha256:${image}` };
    this.isolation = isolation;
    this.stream = host;
    this.runner = new FakeRunner(inside);
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  /** End by itself, as after an out-of-memory kill. */
  die(reason = 'killed'): void {
    this.#exit({ reason });
    this.runner.end();
  }

  remove(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  async #remove(): Promise<void> {
    await this.removeGate?.opened;
    this.die('removed');
    this.removed = true;
  }
}

/** What a test says about one start: wait, throw, or change the container before it says hello. */
export type OnStart = (container: FakeContainer, options: StartOptions) => void | Promise<void>;

export class FakeEngine implements Engine {
  readonly name = 'local';
  readonly programs = 'machine';
  /** What new runners say of themselves. */
  isolation: Isolation;
  /** Called at each start, in order of the calls. @default starts at once */
  onStart: OnStart = () => {};
  /** Whether runners say hello and ready by themselves. */
  greets = true;
  /** Every container that a start was asked for, in order, failed ones included. */
  readonly asked: FakeContainer[] = [];
  /** Those of them that started, in order. */
  readonly containers: FakeContainer[] = [];
  /** Most containers that there were at the same time. */
  peak = 0;

  constructor(isolation: Isolation = 'layer') {
    this.isolation = isolation;
  }

  /** Started and not removed. */
  get alive(): readonly FakeContainer[] {
    return this.containers.filter((container) => !container.removed);
  }

  /** The n-th started container, from 0. */
  container(n: number): FakeContainer {
    const container = this.containers[n];
    if (container === undefined) throw new Error(`Only ${this.containers.length} containers have started.`);
    return container;
  }

  async probe(): Promise<{ isolation: Isolation; reason: string }> {
    return { isolation: this.isolation, reason: 'a fake' };
  }

  async image(name: string): Promise<ImageRef> {
    return { name, digest: `sha256:${name}` };
  }

  async start(options: StartOptions): Promise<Container> {
    const container = new FakeContainer(`fake-${this.asked.length}`, options.image, this.isolation);
    this.asked.push(container);
    await this.onStart(container, options);
    this.containers.push(container);
    this.peak = Math.max(this.peak, this.alive.length);
    if (this.greets) container.runner.hello(this.isolation);
    return container;
  }

  async reap(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}
}
