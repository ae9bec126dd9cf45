import type { ResetResult } from '../../protocol/episode.ts';
import type { OpenedNote, ResetEntry } from '../../protocol/many.ts';
import type { Params, Result } from '../../protocol/methods.ts';
import type { Episode } from './episode.ts';
import { type RemoteError, remoteError } from './errors.ts';
import type { Call } from './pending-call.ts';
import { placeNote, type ResetCallOptions } from './reset-wait.ts';

/** A member of a group, or why it could not begin. */
export type Opened = { readonly episode: Episode } | { readonly error: RemoteError };

export interface ResetManyOptions extends ResetCallOptions {
  /** Called with each member as soon as it is there. @param index in the order of the result */
  readonly onOpened?: (opened: Opened, index: number) => void;
}

/** What `resetMany` needs of its client. */
export interface ResetManyLink {
  call(
    params: Params<'episode/reset_many'>,
    options: Pick<Call, 'onLateResult' | 'onNote'>,
  ): Promise<Result<'episode/reset_many'>>;
  /** Makes an episode of a result. */
  open(reset: ResetResult): Episode;
  /** Closes one that is not wanted. */
  close(reset: ResetResult): void;
}

/** Begin many episodes at the same time. @returns the members in the order of the request */
export async function resetMany(
  link: ResetManyLink,
  params: Params<'episode/reset_many'>,
  options: ResetManyOptions,
): Promise<readonly Opened[]> {
  const members = new GroupMembers(link, options);
  const stream = params.stream ?? options.onOpened !== undefined;
  const result = await link.call(
    { ...params, stream },
    {
      onNote: (method, note) => members.note(method, note),
      onLateResult: (late) => {
        for (const entry of (late as Result<'episode/reset_many'>).episodes) {
          if (!('error' in entry)) link.close(entry);
        }
      },
    },
  );
  return members.all(result);
}

/** The members of a group, made of the server's notifications and its answer. */
class GroupMembers {
  readonly #opened: Opened[] = [];
  readonly #link: ResetManyLink;
  readonly #options: ResetManyOptions;

  constructor(link: ResetManyLink, options: ResetManyOptions) {
    this.#link = link;
    this.#options = options;
  }

  note(method: string, params: unknown): void {
    if (method !== 'episode/opened') {
      placeNote(this.#options)(method, params);
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
      if ('episode_id' in entry && !isSame) this.#link.close(entry);
      return;
    }
    const opened =
      'error' in entry ? { error: remoteError(entry.error) } : { episode: this.#link.open(entry) };
    this.#opened[index] = opened;
    this.#options.onOpened?.(opened, index);
  }
}
