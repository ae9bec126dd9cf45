import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetResult } from '../../protocol/episode.ts';
import { METHODS, type MethodName, type Params, type Result } from '../../protocol/methods.ts';
import { MovedNote, type NotificationName } from '../../protocol/notifications.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../../protocol/version.ts';
import { endpoint, openSocket } from './address.ts';
import { MalformedResultError } from './call-errors.ts';
import { Episode } from './episode.ts';
import { HeldEpisodes } from './held-episodes.ts';
import type { Call, CallOptions } from './pending-call.ts';
import { Reconnection } from './reconnection.ts';
import {
  GroupMembers,
  type Opened,
  placeNote,
  type ResetCallOptions,
  type ResetManyOptions,
} from './reset-many.ts';
import { ServerConnection } from './server-connection.ts';
import { SocketLink } from './socket-link.ts';
import { type StepManyLink, type StepOutcome, type StepRequest, stepMany } from './step-many.ts';

/** Times are 1 to 2,147,483,647 ms (24.8 days); a longer one, or `Infinity`, counts as the longest. */
export interface ClientOptions {
  /** The server's token. @default none */
  readonly token?: string;
  /** Deadline of a call that sets none, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
  /** Maximum time to connect, in milliseconds. @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Maximum number of pending calls; more are refused with `OverloadedError`. @default 4096 */
  readonly maxInFlight?: number;
  /** Maximum number of unsent bytes; beyond it calls are refused with `OverloadedError`. @default 64 MiB */
  readonly maxBufferedBytes?: number;
  /** Maximum size of a frame from the server, in bytes. @default 64 MiB */
  readonly maxFrameBytes?: number;
  /** Interval of pings, in milliseconds; three without any message from the server end the connection. @default 20000 */
  readonly heartbeatMs?: number;
  /**
   * Maximum time to connect again after the socket was lost, in milliseconds. Meanwhile calls wait. The new socket resumes the
   * open episodes, and calls without an answer are sent again, steps under their numbers. 0 does not reconnect: a lost socket
   * then rejects every pending and later call with `ConnectionLostError`. @default the server's `grace_ms`
   */
  readonly reconnectMs?: number;
  /**
   * Go on with episodes that a restarted server has played again with other observations than the recorded ones. If false,
   * they reject their calls with `EpisodeLostError`. @default false
   */
  readonly acceptInexact?: boolean;
  /** Check every result against the protocol's schemas. Costs time on every step. @default false */
  readonly strict?: boolean;
  /** Cancels the connection attempt. */
  readonly signal?: AbortSignal;
}

/** What the results that begin episodes have in common. */
interface Begun {
  readonly episode_id?: string;
  readonly resume_token?: string;
}

const MIB = 1_048_576;
const CLOSE_TIMEOUT_MS = 5_000;
/** Time for a reset itself and for the network, beside its wait for a sandbox. */
const RESET_MARGIN_MS = 60_000;
/** What an `Authorization` header can carry; any other token goes into `initialize`. */
const HEADER_TOKEN = /^[!-~]+$/;

/**
 * Methods that may be sent twice. A step may be, too, if it has its number, and a reset unless it names its episode, which may be
 * open already. Episodes of a reset or fork whose answer was lost on its way end with their grace time.
 */
const REPEATED: ReadonlySet<MethodName> = new Set([
  'environments/list',
  'tasks/list',
  'episode/reset',
  'episode/evaluate',
  'episode/state',
  'episode/resume',
  'episode/reset_many',
  'episode/fork',
  'episode/close',
] as const);

/** The params of a reset with its wait. */
function queued<P extends object>(params: P, { queueTimeoutMs }: ResetCallOptions): P {
  return queueTimeoutMs === undefined ? params : { ...params, queue_timeout_ms: queueTimeoutMs };
}

/**
 * A connection to a Stepwell server. It carries any number of episodes at once; dispose of it with `await using` or
 * `close()`. A lost socket is replaced, and its episodes go on: see `reconnectMs`.
 */
export class StepwellClient implements AsyncDisposable {
  readonly #connection: ServerConnection;
  readonly #reconnection: Reconnection;
  readonly #held = new HeldEpisodes();
  readonly #options: ClientOptions;
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #strict: boolean;
  readonly #episodes = new Set<Episode>();
  #handshake: Result<'initialize'> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(url: string, options: ClientOptions) {
    const { acceptInexact = false, maxBufferedBytes = 64 * MIB, maxInFlight = 4096 } = options;
    this.#url = url;
    this.#options = options;
    this.#connection = new ServerConnection(
      { maxInFlight, maxBufferedBytes },
      {
        onLost: (end) => this.#reconnection.begin(end),
        onNotification: (method, params) => this.#notified(method, params),
      },
    );
    this.#reconnection = new Reconnection({
      connection: this.#connection,
      episodes: this.#held,
      withinMs: () => this.#reconnectMs,
      acceptInexact,
      open: (signal) => this.#open(signal),
      initialize: () => this.#initialize(),
      resume: (resume_token) => this.#resume(resume_token),
      close: (episode_id) => this.#first('episode/close', { episode_id }),
    });
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#strict = options.strict ?? false;
  }

  /**
   * Connect and agree on the protocol version.
   * @param url `ws://host:port`, `http://host:port` or the full address of `/v1`
   * @throws {ConnectError} no server answers there
   * @throws {UnauthorizedError} the token is missing or wrong
   * @throws {VersionMismatchError} the server speaks another version
   */
  static async connect(url: string, options: ClientOptions = {}): Promise<StepwellClient> {
    const client = new StepwellClient(endpoint(url), options);
    client.#connection.attach(await client.#open(options.signal));
    try {
      await client.#initialize(options.signal);
    } catch (error) {
      await client.#connection.close();
      throw error;
    }
    client.#connection.open();
    return client;
  }

  /** Result of `initialize`: protocol version, the server's name and version, limits. */
  get handshake(): Result<'initialize'> {
    if (!this.#handshake) throw new TypeError('the client is not initialized');
    return this.#handshake;
  }

  /** Resolves when the connection has ended, from either side: the socket has closed, and no other one takes its place. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  /** Number of pending calls. */
  get inFlight(): number {
    return this.#connection.inFlight;
  }

  /** The environments that the server offers, with their datasets. */
  async environments(options?: CallOptions): Promise<readonly EnvironmentInfo[]> {
    return (await this.call('environments/list', {}, options)).environments;
  }

  /** A page of a dataset's tasks. */
  tasks(params: Params<'tasks/list'>, options?: CallOptions): Promise<Result<'tasks/list'>> {
    return this.call('tasks/list', params, options);
  }

  /** Begin an episode. If the call was cancelled and the episode begins late, it is closed. */
  async reset(params: Params<'episode/reset'>, options: ResetCallOptions = {}): Promise<Episode> {
    const onLateResult = (late: unknown) => this.#closeLate(late as Result<'episode/reset'>);
    const onNote = placeNote(options.onQueued);
    const reset = await this.#call('episode/reset', queued(params, options), {
      ...this.#waiting(params, options),
      onNote,
      onLateResult,
    });
    return this.#opened(reset, 0);
  }

  /**
   * Begin many episodes at the same time: a group (`count`), or each of `tasks` `count` times. A member that cannot begin is an
   * entry with its error. If the call was cancelled, episodes that begin late are closed.
   * @returns the members in the order of the request, task by task
   */
  async resetMany(
    params: Params<'episode/reset_many'>,
    options: ResetManyOptions = {},
  ): Promise<readonly Opened[]> {
    const members = new GroupMembers(
      options,
      (reset) => {
        this.#held.keep(reset.episode_id, reset.resume_token);
        return this.#opened(reset, 0);
      },
      (reset) => this.#closeLate(reset),
    );
    const onLateResult = (late: unknown) => {
      for (const entry of (late as Result<'episode/reset_many'>).episodes) {
        if (!('error' in entry)) this.#closeLate(entry);
      }
    };
    const stream = params.stream ?? options.onOpened !== undefined;
    const onNote = (method: string, note: unknown) => members.note(method, note);
    const waiting = this.#waiting(params, options);
    const asked = { ...queued(params, options), stream };
    return members.all(await this.#call('episode/reset_many', asked, { ...waiting, onNote, onLateResult }));
  }

  /**
   * Make steps of many episodes at the same time. They are requested at once; iterate over the outcomes, which come one for
   * each step as soon as they are there. The iteration throws nothing: a step that fails has an `error`. After a lost socket the steps
   * without an outcome are requested again under their numbers.
   */
  stepMany(steps: Iterable<StepRequest>, options: CallOptions = {}): AsyncIterable<StepOutcome> {
    const link: StepManyLink = {
      call: (params, callOptions) => this.#call('episode/step_many', params, callOptions),
      take: ({ id }, result) => {
        const checked = this.#checked('episode/step', result);
        this.#note('episode/step', { episode_id: id }, checked);
        return checked;
      },
    };
    return stepMany(link, steps, options);
  }

  /** Deadline of a reset, which may wait for a sandbox. */
  #waiting(params: { readonly queue_timeout_ms?: number | undefined }, options: ResetCallOptions) {
    const { queueTimeoutMs = params.queue_timeout_ms, signal } = options;
    // Older servers do not tell their setting.
    const queueMs = queueTimeoutMs ?? this.handshake.limits.queue_timeout_ms ?? 0;
    const timeoutMs = options.timeoutMs ?? Math.max(this.#timeoutMs, queueMs + RESET_MARGIN_MS);
    return { timeoutMs, signal, step: null };
  }

  #opened(reset: ResetResult, stepCount: number): Episode {
    const episode: Episode = new Episode(
      {
        call: (method, params, options) => this.#call(method, params, options),
        stepTimeoutMs: this.handshake.limits.step_timeout_ms,
        timeoutMs: this.#timeoutMs,
        onOver: () => this.#episodes.delete(episode),
        onFork: (forked, count) => this.#opened(forked, count),
        onLate: (late) => this.#closeLate(late),
      },
      reset,
      stepCount,
    );
    this.#episodes.add(episode);
    return episode;
  }

  #closeLate({ episode_id }: { readonly episode_id: string }): void {
    this.call('episode/close', { episode_id }).catch(() => undefined);
  }

  /**
   * Any method of the protocol.
   * @throws {RemoteError} what the server answered
   * @throws {UnansweredError} no answer came
   * @throws {MalformedResultError} in strict mode, the result does not fit its schema
   */
  call<M extends MethodName>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>> {
    return this.#call(method, params, { ...options, step: null });
  }

  /** Close the open episodes, then the socket. A second call waits for the first. Never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const episodes = [...this.#episodes].map((episode) => episode.close({ timeoutMs: CLOSE_TIMEOUT_MS }));
    await Promise.allSettled(episodes);
    this.#reconnection.stop();
    await this.#connection.close();
  }

  /** 0 until the first handshake. */
  get #reconnectMs(): number {
    if (!this.#handshake) return 0;
    // A server that cannot resume does not tell a grace time.
    return this.#options.reconnectMs ?? this.#handshake.limits.grace_ms ?? 0;
  }

  /** The token as the header of the upgrade carries it. */
  get #headerToken(): string | undefined {
    const { token } = this.#options;
    return token !== undefined && HEADER_TOKEN.test(token) ? token : undefined;
  }

  #open(signal: AbortSignal | undefined): Promise<SocketLink> {
    const { connectTimeoutMs = 10_000, heartbeatMs = 20_000, maxFrameBytes = 64 * MIB } = this.#options;
    const options = { connectTimeoutMs, maxFrameBytes, token: this.#headerToken, signal };
    return openSocket(this.#url, options, (socket) => new SocketLink(socket, heartbeatMs));
  }

  async #initialize(signal?: AbortSignal): Promise<void> {
    const { connectTimeoutMs = 10_000, token } = this.#options;
    this.#handshake = await this.#first(
      'initialize',
      {
        protocol_version: PROTOCOL_VERSION,
        client: { name: 'stepwell-ts', version: STEPWELL_VERSION },
        token: this.#headerToken === undefined ? token : undefined,
      },
      { timeoutMs: connectTimeoutMs, signal },
    );
  }

  async #resume(resume_token: string): Promise<Result<'episode/resume'>> {
    const resumed = await this.#first('episode/resume', { resume_token });
    for (const episode of this.#episodes) {
      if (episode.id === resumed.episode_id) episode.resumed(resumed.step_count);
    }
    return resumed;
  }

  /** A call that prepares a new socket. */
  async #first<M extends MethodName>(
    method: M,
    params: Params<M>,
    { timeoutMs = this.#timeoutMs, signal }: CallOptions = {},
  ): Promise<Result<M>> {
    const call = { method, params, timeoutMs, signal, step: null, first: true };
    return this.#checked(method, await this.#connection.call(call));
  }

  #notified(method: string, params: unknown): void {
    if (method === ('episode/moved' satisfies NotificationName)) {
      const moved = MovedNote.safeParse(params);
      if (moved.success) this.#held.drop(moved.data.episode_id);
    }
  }

  async #call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options: CallOptions & Pick<Call, 'step' | 'onLateResult' | 'onNote'>,
  ): Promise<Result<M>> {
    const { timeoutMs = this.#timeoutMs, signal, step, onLateResult, onNote } = options;
    const { episode_id, step: number } = params as { readonly episode_id?: string; readonly step?: number };
    // That of a reset is not an episode yet.
    const episodeId = method === 'episode/reset' ? null : (episode_id ?? null);
    const loss = episodeId === null ? undefined : this.#held.lossOf(episodeId, { method, step }, false);
    if (loss !== undefined) throw loss;
    const named = method === 'episode/reset' && episode_id !== undefined;
    const repeat = method === 'episode/step' ? number !== undefined : REPEATED.has(method) && !named;
    const call = { method, params, timeoutMs, signal, step, onLateResult, onNote, episodeId, repeat };
    const result = this.#checked(method, await this.#connection.call(call));
    this.#note(method, params, result);
    return result;
  }

  /** Remember which episodes a lost socket leaves to be resumed. */
  #note(method: MethodName, params: object, result: object): void {
    if (method === 'episode/step') {
      const { terminated, truncated } = result as Result<'episode/step'>;
      if (terminated || truncated) this.#held.drop((params as Params<'episode/step'>).episode_id);
      return;
    }
    const known: Begun & { readonly episodes?: readonly Begun[] } = { ...params, ...result };
    for (const { episode_id: id, resume_token: token } of [known, ...(known.episodes ?? [])]) {
      if (id !== undefined && token !== undefined) this.#held.keep(id, token);
    }
    if (known.episode_id !== undefined && method === 'episode/close') this.#held.drop(known.episode_id);
  }

  #checked<M extends MethodName>(method: M, result: unknown): Result<M> {
    if (!this.#strict) return result as Result<M>;
    const checked = METHODS[method].result.safeParse(result);
    if (checked.success) return checked.data as Result<M>;
    throw new MalformedResultError(`the answer to ${method} does not fit its schema`, {
      cause: checked.error,
    });
  }
}
