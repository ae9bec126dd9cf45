import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetResult } from '../../protocol/episode.ts';
import { METHODS, type MethodName, type Params, type Result } from '../../protocol/methods.ts';
import { MovedNote, type NotificationName } from '../../protocol/notifications.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../../protocol/version.ts';
import { endpoint, openSocket } from './address.ts';
import { MalformedResultError } from './call-errors.ts';
import { type ClientOptions, type ClientSettings, clientSettings } from './client-options.ts';
import { Episode } from './episode.ts';
import { HeldEpisodes } from './held-episodes.ts';
import { type Call, type CallOptions, resendingOf } from './pending-call.ts';
import { Reconnection } from './reconnection.ts';
import { type Opened, type ResetManyLink, type ResetManyOptions, resetMany } from './reset-many.ts';
import { placeNote, type ResetCallOptions, resetCall, withWait } from './reset-wait.ts';
import { ServerConnection } from './server-connection.ts';
import { SocketLink } from './socket-link.ts';
import { type StepManyLink, type StepOutcome, type StepRequest, stepMany } from './step-many.ts';

const CLOSE_TIMEOUT_MS = 5_000;

/**
 * A connection to a Stepwell server. It carries any number of episodes at once; dispose of it with `await using` or
 * `close()`. A lost socket is replaced, and its episodes go on: see `reconnectMs`.
 */
export class StepwellClient implements AsyncDisposable {
  readonly #connection: ServerConnection;
  readonly #reconnection: Reconnection;
  readonly #held = new HeldEpisodes();
  readonly #settings: ClientSettings;
  readonly #url: string;
  readonly #episodes = new Set<Episode>();
  #handshake: Result<'initialize'> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(url: string, options: ClientOptions) {
    const settings = clientSettings(options);
    const { acceptInexact, maxBufferedBytes, maxInFlight } = settings;
    this.#url = url;
    this.#settings = settings;
    this.#connection = new ServerConnection(
      { maxInFlight, maxBufferedBytes },
      {
        onLost: (end) => {
          settings.onConnection(false);
          return this.#reconnection.begin(end);
        },
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
      onBack: () => settings.onConnection(true),
      resume: (resume_token) => this.#resume(resume_token),
      close: (episode_id) => this.#first('episode/close', { episode_id }),
    });
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

  /** Have the server load its datasets again. @throws {DatasetInvalidError} they are as before */
  reload(options?: CallOptions): Promise<Result<'tasks/reload'>> {
    return this.call('tasks/reload', {}, options);
  }

  /** Begin an episode. If the call was cancelled and the episode begins late, it is closed. */
  async reset(params: Params<'episode/reset'>, options: ResetCallOptions = {}): Promise<Episode> {
    const onLateResult = (late: unknown) => this.#closeLate(late as Result<'episode/reset'>);
    const onNote = placeNote(options);
    const reset = await this.#call('episode/reset', withWait(params, options), {
      ...this.#resetCall(params, options),
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
  resetMany(
    params: Params<'episode/reset_many'>,
    options: ResetManyOptions = {},
  ): Promise<readonly Opened[]> {
    const link: ResetManyLink = {
      call: (asked, callOptions) =>
        this.#call('episode/reset_many', withWait(asked, options), {
          ...this.#resetCall(params, options),
          ...callOptions,
        }),
      open: (reset) => {
        this.#held.keep(reset.episode_id, reset.resume_token);
        return this.#opened(reset, 0);
      },
      close: (reset) => this.#closeLate(reset),
    };
    return resetMany(link, params, options);
  }

  /**
   * Make steps of many episodes at the same time. The call sends all of them at once. The iteration yields one outcome for each
   * step as soon as it arrives, and throws nothing: a step that fails has an `error`. After a lost socket, the client sends the
   * steps without an outcome again under their numbers.
   */
  stepMany(steps: Iterable<StepRequest>, options: CallOptions = {}): AsyncIterable<StepOutcome> {
    const link: StepManyLink = {
      call: (params, callOptions) => this.#call('episode/step_many', params, callOptions),
      take: ({ id }, result) => {
        const checked = this.#checked('episode/step', result);
        this.#held.note('episode/step', { episode_id: id }, checked);
        return checked;
      },
    };
    return stepMany(link, steps, options);
  }

  /**
   * Take over an episode that another client began, e.g. this program before it was restarted. It goes on after its last step;
   * `info` is empty, and `observation` is the task's instruction.
   * @throws {EpisodeNotFoundError} it is closed, or its grace time is over
   */
  async resume(resumeToken: string, options: CallOptions = {}): Promise<Episode> {
    const resumed = await this.call('episode/resume', { resume_token: resumeToken }, options);
    const { episode_id, step_count, task } = resumed;
    const observation = { output: task.instruction };
    // The facts of the reset are not told again.
    const info = {} as ResetResult['info'];
    return this.#opened({ episode_id, resume_token: resumeToken, task, observation, info }, step_count);
  }

  #resetCall(params: { readonly queue_timeout_ms?: number | undefined }, options: ResetCallOptions) {
    // Older servers do not tell their setting.
    const queueTimeoutMs = this.handshake.limits.queue_timeout_ms ?? 0;
    return resetCall(params, options, { timeoutMs: this.#settings.timeoutMs, queueTimeoutMs });
  }

  #opened(reset: ResetResult, stepCount: number): Episode {
    const episode: Episode = new Episode(
      {
        call: (method, params, options) => this.#call(method, params, options),
        stepTimeoutMs: this.handshake.limits.step_timeout_ms,
        timeoutMs: this.#settings.timeoutMs,
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
    return this.#settings.reconnectMs ?? this.#handshake.limits.grace_ms ?? 0;
  }

  #open(signal: AbortSignal | undefined): Promise<SocketLink> {
    const { connectTimeoutMs, headerToken, heartbeatMs, hostAddress, maxFrameBytes } = this.#settings;
    const options = { connectTimeoutMs, maxFrameBytes, token: headerToken, hostAddress, signal };
    return openSocket(this.#url, options, (socket) => new SocketLink(socket, heartbeatMs));
  }

  async #initialize(signal?: AbortSignal): Promise<void> {
    const { connectTimeoutMs, messageToken } = this.#settings;
    this.#handshake = await this.#first(
      'initialize',
      {
        protocol_version: PROTOCOL_VERSION,
        client: { name: 'stepwell-ts', version: STEPWELL_VERSION },
        token: messageToken,
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
    { timeoutMs = this.#settings.timeoutMs, signal }: CallOptions = {},
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
    const { timeoutMs = this.#settings.timeoutMs, signal, step, onLateResult, onNote } = options;
    const { episodeId, repeat } = resendingOf(method, params);
    const loss = episodeId === null ? undefined : this.#held.lossOf(episodeId, { method, step }, false);
    if (loss !== undefined) throw loss;
    const call = { method, params, timeoutMs, signal, step, onLateResult, onNote, episodeId, repeat };
    const result = this.#checked(method, await this.#connection.call(call));
    this.#held.note(method, params, result);
    return result;
  }

  #checked<M extends MethodName>(method: M, result: unknown): Result<M> {
    if (!this.#settings.strict) return result as Result<M>;
    const checked = METHODS[method].result.safeParse(result);
    if (checked.success) return checked.data as Result<M>;
    throw new MalformedResultError(`the answer to ${method} does not fit its schema`, {
      cause: checked.error,
    });
  }
}
