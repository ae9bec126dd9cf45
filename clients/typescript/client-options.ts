/** Times are 1 to 2,147,483,647 ms (24.8 days); a longer one, or `Infinity`, counts as the longest. */
export interface ClientOptions {
  /** The server's token. @default none */
  readonly token?: string;
  /** Deadline of a call that sets none, in milliseconds; grades, forks and undos have at least ten minutes. @default 120000 */
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
  /** IP address to connect to. The server is still addressed by the name in the URL. @default what that name resolves to */
  readonly hostAddress?: string;
  /** Called with `false` when the socket is lost, and with `true` when another one has taken its place. */
  readonly onConnection?: (connected: boolean) => void;
  /** Cancels the connection attempt. */
  readonly signal?: AbortSignal;
}

const MIB = 1_048_576;
/** What an `Authorization` header can carry. */
const HEADER_TOKEN = /^[!-~]+$/;

/** The options of a client with their defaults; `signal` is only for `connect`. */
export interface ClientSettings
  extends Required<Omit<ClientOptions, 'hostAddress' | 'reconnectMs' | 'signal' | 'token'>> {
  readonly hostAddress: string | undefined;
  /** Undefined: the server's `grace_ms`. */
  readonly reconnectMs: number | undefined;
  /** The token, if the header of the upgrade can carry it. */
  readonly headerToken: string | undefined;
  /** The token, if only the message `initialize` can carry it. */
  readonly messageToken: string | undefined;
}

export function clientSettings({ token, ...options }: ClientOptions): ClientSettings {
  const fits = token !== undefined && HEADER_TOKEN.test(token);
  return {
    headerToken: fits ? token : undefined,
    messageToken: fits ? undefined : token,
    timeoutMs: options.timeoutMs ?? 120_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    maxInFlight: options.maxInFlight ?? 4096,
    maxBufferedBytes: options.maxBufferedBytes ?? 64 * MIB,
    maxFrameBytes: options.maxFrameBytes ?? 64 * MIB,
    heartbeatMs: options.heartbeatMs ?? 20_000,
    hostAddress: options.hostAddress,
    onConnection: options.onConnection ?? (() => {}),
    reconnectMs: options.reconnectMs,
    acceptInexact: options.acceptInexact ?? false,
    strict: options.strict ?? false,
  };
}

/** Maximum time of a Node timer, in milliseconds; Node treats a longer one as 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds as a timer takes them: `Infinity` and times that are too long become the maximum. */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}
