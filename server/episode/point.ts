import type { EpisodeCopy, Task } from '../../environments/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import type { FileLines } from '../trajectory/lines.ts';
import type { PastTurn } from '../trajectory/past.ts';
import { goneOn, type PastResults, type StoredStep } from './step-results.ts';

/** A state that an episode is or was in: what it takes to make it again. It stays valid when the episode goes on. */
export interface EpisodePoint {
  readonly episodeId: string;
  readonly environment: string;
  /** As the client gave them. */
  readonly options: ResetOptions;
  readonly gradeMs: number | undefined;
  readonly task: Task;
  readonly seed: number;
  /** Steps made. */
  readonly step: number;
  /** The turns that led to it. `null` if they are no longer known; then only a copy makes the state again. */
  readonly past: readonly PastTurn[] | null;
  /** The lines of `past` in its trajectory; `null` if none is kept. */
  readonly pastLines: FileLines | null;
  /** The last reward that was given. */
  readonly lastReward: number | null;
  /** Stored results of its steps. */
  readonly results: readonly StoredStep[];
  /** Of the present state, if the environment can copy it. */
  readonly copy?: EpisodeCopy | undefined;
}

/** The steps of a point, for an episode whose trajectory has its lines after the reset. */
export function pastResults({ past, pastLines, results, step }: EpisodePoint): PastResults {
  const recorded = pastLines === null ? [] : (past ?? []);
  const lines = recorded.flatMap(({ action }, index) => (action === null ? [] : [index + 1]));
  const unrecorded = Array<null>(step - lines.length).fill(null);
  return { last: goneOn(step), lines: [...lines, ...unrecorded], stored: results };
}
