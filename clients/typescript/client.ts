import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetResult } from '../../protocol/episode.ts';
import { METHODS, type MethodName, type Params, type Result } from '../../protocol/methods.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../../protocol/version.ts';
import { endpoint, openSocket } from './address.ts';
import { MalformedResultError } from './call-errors.ts';
import { Episode } from './episode.ts';
import type { Call, CallOptions } from './pending-call.ts';
import { ServerConnection } from './server-connection.ts';

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
  /** Check every result against the protocol's schemas. Costs time on every step. @default false */
  readonly strict?: boolean;
  /** Cancels the connection attempt. */
  readonly signal?: AbortSignal;
}

const MIB = 1_048_576;
const CLOSE_TIMEOUT_MS = 5_000;
/** What an `Authorization` header can carry; any other token goes into `initialize`. */
const HEADER_TOKEN = /^[!-~]+$/;

/**
 * A connection to a Stepwell server. It carries any number of episodes at once; dispose of it with `await using` or
 * `close()`. It does not reconnect: a lost socket rejects every pending and later call with `ConnectionLostError`.
 */
export class StepwellClient implements AsyncDisposable {
  readonly #connection: ServerConnection;
  readonly #timeoutMs: number;
  readonly #strict: boolean;
  readonly #episodes = new Set<Episode>();
  #handshake: Result<'initialize'> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(connection: ServerConnection, options: ClientOptions) {
    this.#connection = connection;
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
    const { connectTimeoutMs = 10_000, maxFrameBytes = 64 * MIB, maxBufferedBytes = 64 * MIB } = options;
    const { maxInFlight = 4096, heartbeatMs = 20_000, token, signal } = options;
    const limits = { maxInFlight, maxBufferedBytes, heartbeatMs };
    const inHeader = token !== undefined && HEADER_TOKEN.test(token);
    const connection = await openSocket(
      endpoint(url),
      { connectTimeoutMs, maxFrameBytes, token: inHeader ? token : undefined, signal },
      (socket) => new ServerConnection(socket, limits),
    );
    const client = new StepwellClient(connection, options);
    try {
      client.#handshake = await client.call(
        'initialize',
        {
          protocol_version: PROTOCOL_VERSION,
          client: { name: 'stepwell-ts', version: STEPWELL_VERSION },
          token: inHeader ? undefined : token,
        },
        { timeoutMs: connectTimeoutMs, signal },
      );
    } catch (error) {
      await connection.close();
      throw error;
    }
    return client;
  }

  /** Result of `initialize`: protocol version, the server's name and version, limits. */
  get handshake(): Result<'initialize'> {
    if (!this.#handshake) throw new TypeError('the client is not initialized');
    return this.#handshake;
  }

  /** Resolves when the socket has closed, from either side. */
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
  async reset(params: Params<'episode/reset'>, options?: CallOptions): Promise<Episode> {
    const onLateResult = (late: unknown) => this.#closeLate(late as Result<'episode/reset'>);
    return this.#opened(
      await this.#call('episode/reset', params, { ...options, step: null, onLateResult }),
      0,
    );
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
    await this.#connection.close();
  }

  async #call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options: CallOptions & Pick<Call, 'step' | 'onLateResult'>,
  ): Promise<Result<M>> {
    const { timeoutMs = this.#timeoutMs, signal, step, onLateResult } = options;
    const result = await this.#connection.call({ method, params, timeoutMs, signal, step, onLateResult });
    if (!this.#strict) return result as Result<M>;
    const checked = METHODS[method].result.safeParse(result);
    if (checked.success) return checked.data as Result<M>;
    throw new MalformedResultError(`the answer to ${method} does not fit its schema`, {
      cause: checked.error,
    });
  }
}
