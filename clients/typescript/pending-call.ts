import type { MethodName } from '../../protocol/methods.ts';
import { AbortedError, type CallContext, DeadlineError } from './call-errors.ts';
import { timerMs } from './client-options.ts';

export interface CallOptions {
  /**
   * Deadline for the answer, 1 to 2,147,483,647 ms (24.8 days); a longer one, or `Infinity`, counts as the longest.
   * @default the client's `timeoutMs`
   */
  readonly timeoutMs?: number;
  /** Cancels the call; the server still finishes what it has begun. */
  readonly signal?: AbortSignal;
}

/** What a call needs of its connection. */
export interface Call extends CallContext {
  readonly params: unknown;
  /** Deadline in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Id of the episode that it is about. @default none */
  readonly episodeId?: string | null;
  /** Whether it is sent again after the socket was lost. If not, it is rejected. @default false */
  readonly repeat?: boolean;
  /** Whether it prepares a new socket, and is sent before all others. @default false */
  readonly first?: boolean;
  /** Takes the server's notifications about this call. @default they are dropped */
  readonly onNote?: ((method: string, params: unknown) => void) | undefined;
  /** Takes a result that arrives after the call has ended. @default it is dropped */
  readonly onLateResult?: (result: unknown) => void;
}

/** Is notified when a call ends without an answer. */
export type OnGivenUp = (pending: PendingCall) => void;

/**
 * A call that waits for its answer, with its deadline and its signal. No closures are made here: there is one of these
 * for each step, and the loader that runs the sources as they are pays for every function that gets a name.
 */
export class PendingCall {
  readonly id: number;
  readonly call: Call;
  /** Whether it was sent, so that the server may have run it. */
  wasSent = false;
  readonly #resolve: (result: unknown) => void;
  readonly #reject: (error: Error) => void;
  readonly #onGivenUp: OnGivenUp;
  readonly #timer: NodeJS.Timeout;
  #givenUp = false;

  constructor(
    id: number,
    call: Call,
    resolve: (result: unknown) => void,
    reject: (error: Error) => void,
    onGivenUp: OnGivenUp,
  ) {
    this.id = id;
    this.call = call;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onGivenUp = onGivenUp;
    this.#timer = setTimeout(PendingCall.#expire, timerMs(call.timeoutMs), this);
    call.signal?.addEventListener('abort', this);
  }

  /** Whether nobody waits for its answer any more. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  /** The signal fired. */
  handleEvent(): void {
    this.#giveUp(new AbortedError(this.call.signal?.reason, this.call, this.wasSent));
  }

  resolve(result: unknown): void {
    if (this.#givenUp) {
      this.call.onLateResult?.(result);
      return;
    }
    this.#release();
    this.#resolve(result);
  }

  reject(error: Error): void {
    if (this.#givenUp) return;
    this.#release();
    this.#reject(error);
  }

  #giveUp(error: Error): void {
    if (this.#givenUp) return;
    this.reject(error);
    this.#givenUp = true;
    this.#onGivenUp(this);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.call.signal?.removeEventListener('abort', this);
  }

  static #expire(pending: PendingCall): void {
    pending.#giveUp(new DeadlineError(pending.call.timeoutMs, pending.call, pending.wasSent));
  }
}

/** Methods that may be sent twice. Episodes of a reset or fork whose answer was lost on its way end with their grace time. */
const REPEATED: ReadonlySet<MethodName> = new Set([
  'environments/list',
  'tasks/list',
  'episode/evaluate',
  'episode/state',
  'episode/resume',
  'episode/reset_many',
  'episode/fork',
  'episode/close',
] as const);

/** What becomes of a call whose socket is lost: whether it is sent again, and which episode must be resumed before. */
export function resendingOf(
  method: MethodName,
  params: object,
): Pick<Call, 'repeat'> & { readonly episodeId: string | null } {
  const { episode_id, step }: { readonly episode_id?: string; readonly step?: number } = params;
  switch (method) {
    // An episode that the reset names may be open already. Before it is, there is none to resume.
    case 'episode/reset':
      return { episodeId: null, repeat: episode_id === undefined };
    // The server runs a step with a number once.
    case 'episode/step':
      return { episodeId: episode_id ?? null, repeat: step !== undefined };
    default:
      return { episodeId: episode_id ?? null, repeat: REPEATED.has(method) };
  }
}
