import { StepwellError } from './errors.ts';

/** The call that an error belongs to. */
export interface CallContext {
  readonly method: string;
  /** Number of the requested step; `null` for other calls. */
  readonly step: number | null;
}

/** Cannot connect: refused, unknown host, no WebSocket there, or too slow. */
export class ConnectError extends StepwellError {
  readonly retryable: boolean;
  readonly remedy = 'Check the address, and that the server is running there.';
  /** HTTP status, if the server answered the upgrade with one. */
  readonly status: number | null;

  constructor(
    message: string,
    options: ErrorOptions & { readonly retryable?: boolean; readonly status?: number } = {},
  ) {
    super(message, options);
    this.retryable = options.retryable ?? true;
    this.status = options.status ?? null;
  }
}

/** A call without an answer. If `mayHaveRun` is true, the server may have run it. */
export abstract class UnansweredError extends StepwellError {
  readonly method: string;
  /** Number of the unanswered step, to ask for it again with `episode.step(action, { step })`. */
  readonly step: number | null;
  /** Whether the request was sent, so that the server may have run it. */
  readonly mayHaveRun: boolean;

  constructor(message: string, call: CallContext, mayHaveRun: boolean, options?: ErrorOptions) {
    super(message, options);
    this.method = call.method;
    this.step = call.step;
    this.mayHaveRun = mayHaveRun;
  }
}

/** The socket has closed, and no other one took its place. Rejects all pending and later calls. */
export class ConnectionLostError extends UnansweredError {
  readonly retryable = false;
  readonly remedy = 'Connect again and begin a new episode.';
  /** WebSocket close code; 1006 if the server sent none. */
  readonly closeCode: number;

  constructor(reason: string, closeCode: number, call: CallContext, mayHaveRun: boolean, cause?: unknown) {
    super(`connection lost: ${reason}`, call, mayHaveRun, { cause });
    this.closeCode = closeCode;
  }
}

/** The socket was lost before the answer, and the call may not be sent twice. The client connects again, and other calls go on. */
export class InterruptedError extends UnansweredError {
  readonly retryable = false;
  readonly remedy =
    'Go on with this client, which connects again by itself: see whether the call was done, e.g. by `state()`, and repeat it if not.';

  constructor(reason: string, call: CallContext, cause?: unknown) {
    super(`the socket was lost during ${call.method}: ${reason}`, call, true, { cause });
  }
}

/**
 * The episode could not be resumed after the socket was lost: its grace time was over, its server was gone and it could not be
 * played again, or not to the same observations. The `cause` says which. A trainer leaves its sample out.
 */
export class EpisodeLostError extends UnansweredError {
  readonly retryable = false;
  readonly remedy = 'Reset to begin another episode, and leave this sample out.';
  readonly episodeId: string;
  /** Always: there is no reward, and the agent is not to blame. */
  readonly maskSample = true;

  constructor(episodeId: string, reason: string, call: CallContext, mayHaveRun: boolean, cause?: unknown) {
    super(`episode ${episodeId} is lost: ${reason}`, call, mayHaveRun, { cause });
    this.episodeId = episodeId;
  }
}

/** The call's deadline passed before its answer came. A late answer is dropped. */
export class DeadlineError extends UnansweredError {
  readonly retryable = true;
  readonly remedy = 'Ask for the same step number again, or allow more time by `timeoutMs`.';
  readonly timeoutMs: number;

  constructor(timeoutMs: number, call: CallContext, mayHaveRun: boolean) {
    super(`no answer to ${call.method} within ${timeoutMs} ms`, call, mayHaveRun);
    this.timeoutMs = timeoutMs;
  }
}

/** The call's `AbortSignal` fired; its reason is the `cause`. */
export class AbortedError extends UnansweredError {
  readonly retryable = true;
  readonly remedy = 'Nothing: the caller cancelled the call.';

  constructor(reason: unknown, call: CallContext, mayHaveRun: boolean) {
    super(`${call.method} was aborted`, call, mayHaveRun, { cause: reason });
  }
}

/** Too many calls or bytes wait on this connection. The call was not sent. */
export class OverloadedError extends UnansweredError {
  readonly retryable = true;
  readonly remedy = 'Wait for answers before sending more, or raise `maxInFlight` or `maxBufferedBytes`.';

  constructor(message: string, call: CallContext) {
    super(message, call, false);
  }
}

/** Strict mode: the answer does not fit the protocol's schema. */
export class MalformedResultError extends StepwellError {
  readonly retryable = false;
  readonly remedy = 'Use a client and a server of the same version.';
}
