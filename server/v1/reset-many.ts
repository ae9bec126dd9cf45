import type { QueuePlace } from '../../docker/sandbox.ts';
import type { ResetOptions, ResetResult } from '../../protocol/episode.ts';
import { MAX_MANY, type ResetEntry, type ResetManyParams } from '../../protocol/many.ts';
import { sizeOf } from '../json/answer-text.ts';
import { invalidParam } from '../json/param-issues.ts';
import { randomSeed } from '../registry/opening.ts';
import { allInTurns } from './begin-in-turns.ts';
import type { CollectedAnswers } from './collected-answers.ts';
import { GroupQueue } from './group-queue.ts';
import { clientError, errorObject, type RpcId, tooLarge } from './json-rpc.ts';
import type { Notifier } from './notifier.ts';

export interface ResetManyParts {
  /** Id of the request. @default no notification is sent */
  readonly id: RpcId | undefined;
  /** Begin one episode. */
  readonly open: (options: ResetOptions, onQueued: (place: QueuePlace) => void) => Promise<ResetResult>;
  /** The client knows an episode. */
  readonly told: (id: string) => void;
  /** Close an episode whose result does not fit. */
  readonly close: (id: string) => Promise<void>;
  readonly notifier: Notifier;
  /** Entries that wait for the others. */
  readonly collected: CollectedAnswers;
  /** Takes an error that is a fault of the server. */
  readonly onFault: (error: unknown) => void;
}

/** Entries are measured up to this many bytes: a larger one does not fit anyway. */
const ENOUGH = 1_073_741_824;

/** The number of episodes that a request asks for. */
export function sizeOfGroup({ count = 1, tasks }: ResetManyParams): number {
  return count * (tasks?.length ?? 1);
}

/** The options of each reset, task by task. @throws {ProtocolError} `invalid_params` */
function resets(params: ResetManyParams): ResetOptions[] {
  const { count = 1, environment: _, stream: __, tasks, ...options } = params;
  if (tasks !== undefined && options.task !== undefined)
    throw invalidParam('tasks', 'give `task` or `tasks`');
  if (sizeOfGroup(params) > MAX_MANY) {
    throw invalidParam('count', `${sizeOfGroup(params)} episodes are more than ${MAX_MANY}`);
  }
  const shared = { ...options, seed: options.seed ?? randomSeed() };
  const each: ResetOptions[] = tasks?.map((task) => ({ ...shared, task })) ?? [shared];
  return each.flatMap((one) => Array.from({ length: count }, () => one));
}

/** Begin many episodes at the same time. An entry that fails does not keep the others from beginning. */
export class ResetMany {
  readonly #params: ResetManyParams;
  readonly #parts: ResetManyParts;
  readonly #queue: GroupQueue;
  /** Bytes of the entries. */
  #bytes = 0;

  constructor(params: ResetManyParams, parts: ResetManyParts) {
    const { id, notifier } = parts;
    const { environment } = params;
    this.#params = params;
    this.#parts = parts;
    this.#queue = new GroupQueue(({ position, expectedWaitMs }, waiting) => {
      if (id === undefined) return;
      const place = { position, expected_wait_ms: expectedWaitMs, waiting };
      notifier.hint('episode/queued', { request_id: id, environment, ...place });
    });
  }

  /** @param onSettled called as each entry is there @throws {ProtocolError} `invalid_params` */
  async run(onSettled: () => void): Promise<{ episodes: ResetEntry[] }> {
    const each = resets(this.#params);
    const entry = (options: ResetOptions, index: number) => this.#entry(options, index).finally(onSettled);
    try {
      return { episodes: await allInTurns(each, entry) };
    } finally {
      this.#queue.end();
      this.#parts.collected.give(this.#bytes);
    }
  }

  /** Never rejects. */
  async #entry(options: ResetOptions, index: number): Promise<ResetEntry> {
    const { id, notifier, told } = this.#parts;
    const entry = await this.#kept(await this.#opened(options, index));
    if (this.#params.stream && id !== undefined) {
      const outcome = 'error' in entry ? entry : { episode: entry };
      const onSent = (): void => {
        if (!('error' in entry)) told(entry.episode_id);
      };
      // It fails if the client has gone, or does not read while the server shuts down.
      await notifier.send('episode/opened', { request_id: id, index, ...outcome }, onSent).catch(() => {});
    }
    return entry;
  }

  async #opened(options: ResetOptions, index: number): Promise<ResetEntry> {
    try {
      return await this.#parts.open(options, (place) => this.#queue.waits(index, place));
    } catch (error) {
      return { error: errorObject(clientError(error, this.#parts.onFault)) };
    } finally {
      this.#queue.left(index);
    }
  }

  /** The entry, or the error that it does not fit beside the others. */
  async #kept(entry: ResetEntry): Promise<ResetEntry> {
    const { close, collected } = this.#parts;
    const bytes = sizeOf(entry, ENOUGH);
    if (collected.fits(bytes)) {
      collected.take(bytes);
      this.#bytes += bytes;
      return entry;
    }
    if (!('error' in entry)) await close(entry.episode_id).catch(this.#parts.onFault);
    return { error: errorObject(tooLarge()) };
  }
}
