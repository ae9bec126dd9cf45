import type { ResetResult } from '../../protocol/episode.ts';
import type { OpenedNote, QueuedNote, ResetEntry } from '../../protocol/many.ts';
import type { Result } from '../../protocol/methods.ts';
import type { Episode } from './episode.ts';
import { type RemoteError, remoteError } from './errors.ts';
import type { CallOptions } from './pending-call.ts';

/** The place of a waiting reset in the server's queue. */
export interface QueuePlace {
  /** 1 is next. Of a group: the place of its last member. */
  readonly position: number;
  /** In milliseconds; `null` if the server knows nothing yet. */
  readonly expectedWaitMs: number | null;
  /** Members of a group that wait. */
  readonly waiting?: number;
}

export interface ResetCallOptions extends CallOptions {
  /**
   * How long the reset may wait for a sandbox, in milliseconds, 0 to 86,400,000; the call's deadline is at least a minute
   * longer. It is `queue_timeout_ms` of the options. @default the server's setting
   */
  readonly queueTimeoutMs?: number;
  /** Called when the reset begins to wait, and at most once a second when its place has changed. */
  readonly onQueued?: (place: QueuePlace) => void;
}

/** A member of a group, or why it could not begin. */
export type Opened = { readonly episode: Episode } | { readonly error: RemoteError };

export interface ResetManyOptions extends ResetCallOptions {
  /** Called with each member as soon as it is there. @param index in the order of the result */
  readonly onOpened?: (opened: Opened, index: number) => void;
}

/** Calls `onQueued` for the server's notifications. */
export function placeNote(onQueued: ((place: QueuePlace) => void) | undefined) {
  return (method: string, params: unknown): void => {
    if (method !== 'episode/queued') return;
    const { expected_wait_ms: expectedWaitMs, position, waiting } = params as QueuedNote;
    onQueued?.({ position, expectedWaitMs, ...(waiting === undefined ? {} : { waiting }) });
  };
}

/** The members of a group, made of the server's notifications and its answer. */
export class GroupMembers {
  readonly #opened: Opened[] = [];
  readonly #open: (reset: ResetResult) => Episode;
  readonly #close: (reset: ResetResult) => void;
  readonly #options: ResetManyOptions;

  /**
   * @param open makes an episode of a result
   * @param close closes one that is not wanted
   */
  constructor(
    options: ResetManyOptions,
    open: (reset: ResetResult) => Episode,
    close: (reset: ResetResult) => void,
  ) {
    this.#options = options;
    this.#open = open;
    this.#close = close;
  }

  note(method: string, params: unknown): void {
    if (method !== 'episode/opened') {
      placeNote(this.#options.onQueued)(method, params);
      return;
    }
    const { episode, error, index } = params as OpenedNote;
    const entry = episode ?? (error && { error });
    if (entry !== undefined) this.#take(entry, index);
  }

  /** All members, in the order of the request. */
  all({ episodes }: Result<'episode/reset_many'>): readonly Opened[] {
    for (const [index, entry] of episodes.entries()) this.#take(entry, index);
    return this.#opened;
  }

  /** A request that was sent again after a lost socket begins its episodes again: the first of each place stays. */
  #take(entry: ResetEntry, index: number): void {
    const before = this.#opened[index];
    if (before !== undefined) {
      const isSame = 'episode' in before && 'episode_id' in entry && before.episode.id === entry.episode_id;
      if ('episode_id' in entry && !isSame) this.#close(entry);
      return;
    }
    const opened = 'error' in entry ? { error: remoteError(entry.error) } : { episode: this.#open(entry) };
    this.#opened[index] = opened;
    this.#options.onOpened?.(opened, index);
  }
}
