import { sizeOf } from '../json/answer-text.ts';
import type { ResultMemory } from '../memory/result-memory.ts';
import type { TrajectoryFile } from '../trajectory/log.ts';
import { type PastTurn, pastUpTo } from '../trajectory/past.ts';
import { recordedPast } from '../trajectory/recorded-past.ts';
import type { EpisodePoint } from './point.ts';

/** Maximum size of the actions that an episode keeps in memory, as `sizeOf` counts: about 1 MiB. */
const MAX_SIZE = 1_048_576;

/** The past of an open episode: in its trajectory, or without one, in memory. */
export class EpisodePast {
  readonly #log: Pick<TrajectoryFile, 'path'>;
  readonly #reading: ResultMemory['reviewing'];
  /** Without a trajectory: all turns, or none once they are too large. */
  #kept: PastTurn[] = [];
  #size = 0;

  /** @param past before it goes on here; `null` if that is not known */
  constructor(
    log: Pick<TrajectoryFile, 'path'>,
    { reviewing }: Pick<ResultMemory, 'reviewing'>,
    past: readonly PastTurn[] | null = [],
  ) {
    this.#log = log;
    this.#reading = reviewing;
    if (past === null) this.#size = Number.POSITIVE_INFINITY;
    for (const turn of past ?? []) this.add(turn);
  }

  add(turn: PastTurn): void {
    if (this.#log.path !== null || !this.#isWhole) return;
    this.#size += sizeOf(turn.action, MAX_SIZE) + 64;
    this.#kept.push(turn);
    if (!this.#isWhole) this.#kept = [];
  }

  /** Forget what came after a step that is not the last one. */
  rewind(step: number): void {
    if (!this.#isWhole) return;
    const left = pastUpTo(this.#kept, step, false);
    this.#kept = [];
    this.#size = 0;
    for (const turn of left) this.add(turn);
  }

  /**
   * The past of the state after a step.
   * @param count steps made so far
   * @throws {ProtocolError} `internal_error` if the trajectory cannot be read
   */
  async at(step: number, count: number): Promise<Pick<EpisodePoint, 'step' | 'past' | 'pastLines'>> {
    const { path } = this.#log;
    if (path !== null) {
      const past = await this.#reading.run(() => recordedPast(path, step, count));
      return { step, past, pastLines: { path, lines: past } };
    }
    const past = this.#isWhole ? pastUpTo(this.#kept, step, step === count) : null;
    return { step, past, pastLines: null };
  }

  get #isWhole(): boolean {
    return this.#size <= MAX_SIZE;
  }
}
