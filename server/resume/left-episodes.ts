import { stat } from 'node:fs/promises';
import { type Claims, type Holder, tokenHash } from '../episode/claims.ts';
import type { Episode } from '../episode/episode.ts';
import { RequestQueue } from '../memory/request-queue.ts';
import { claimFile } from './claim-file.ts';
import { type RecordedEpisode, readRecorded } from './recorded-episode.ts';
import type { TrajectoryIndex } from './trajectory-index.ts';

/** Which server writes a trajectory, so that no other one goes on with it. */
export interface ServerMark {
  /** Of this server. */
  readonly own: string;
  /** When it started, before its sandboxes were warm, in milliseconds since 1970. */
  readonly since: number;
  /** Whether another server has ended. */
  isGone(mark: string): Promise<boolean>;
}

export interface LeftEpisodesParts {
  readonly index: TrajectoryIndex;
  readonly mark: ServerMark;
  readonly claims: Claims<Episode>;
  /** Maximum time between the last sign of life of the other server and `mark.since`, in milliseconds. */
  readonly maxAgeMs: number;
  /** Maximum time until a reopened episode is claimed, in milliseconds. */
  readonly graceMs: number;
  /** Whether an episode of this server writes to a file. */
  readonly isOpen: (path: string) => boolean;
  /** Go on with an episode. @throws {ProtocolError} */
  readonly reopen: (recorded: RecordedEpisode) => Promise<Episode>;
}

/** Episodes that servers of before have left when they were killed. A claim of one plays it again. */
export class LeftEpisodes implements Holder<Episode> {
  readonly #parts: LeftEpisodesParts;
  readonly #reopening = new Map<string, Promise<Episode | undefined>>();
  readonly #reading = new RequestQueue();
  readonly #unclaimed = new Map<Episode, NodeJS.Timeout>();

  constructor(parts: LeftEpisodesParts) {
    this.#parts = parts;
  }

  /**
   * The episode of a token, reopened; the second of two claims waits for the first. Until another holder takes it, it is held
   * for the grace time.
   * @throws {ProtocolError} as a reset, if there is no sandbox for it
   */
  claim(token: string): Promise<Episode | undefined> {
    const sha256 = tokenHash(token);
    const before = this.#reopening.get(sha256);
    if (before !== undefined) return before;
    const reopening = this.#reopen(sha256).finally(() => this.#reopening.delete(sha256));
    this.#reopening.set(sha256, reopening);
    return reopening;
  }

  lose(episode: Episode): void {
    clearTimeout(this.#unclaimed.get(episode));
    this.#unclaimed.delete(episode);
  }

  async #reopen(sha256: string): Promise<Episode | undefined> {
    const { index, isOpen, mark, maxAgeMs } = this.#parts;
    const path = await index.find(sha256);
    if (path === undefined || isOpen(path)) return undefined;
    const about = await stat(path).catch(() => undefined);
    if (about === undefined || mark.since - about.mtimeMs > maxAgeMs) return undefined;
    const release = await claimFile(path, mark);
    if (release === undefined) return undefined;
    try {
      // Read while no other server goes on with it.
      return await this.#goOn(path, sha256);
    } finally {
      await release();
    }
  }

  async #goOn(path: string, sha256: string): Promise<Episode | undefined> {
    const { claims, graceMs, mark, reopen } = this.#parts;
    const recorded = await this.#reading.run(() => readRecorded(path)).catch(() => undefined);
    if (recorded?.reset.resume_token_sha256 !== sha256) return undefined;
    const { closed, server } = recorded;
    if (closed || server === undefined) return undefined;
    if (server === mark.own || !(await mark.isGone(server))) return undefined;
    const episode = await reopen(recorded);
    claims.give(episode, this);
    const late = setTimeout(() => {
      this.lose(episode);
      claims.drop(episode);
      void episode.abandon('disconnect');
    }, graceMs);
    late.unref();
    this.#unclaimed.set(episode, late);
    return episode;
  }
}
