import type { EpisodeCopy, Task } from '../environments/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import type { Done } from './episode-history.ts';
import { goneOn, type Inheritance, type StoredStep } from './step-results.ts';
import type { FileLines } from './trajectory-lines.ts';

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
  /** `null` if it is no longer known; then only a copy makes the state again. */
  readonly done: readonly Done[] | null;
  /** The last reward that was given. */
  readonly lastReward: number | null;
  /** The lines of `done` in its trajectory; `null` if none is kept. */
  readonly record: FileLines | null;
  /** Stored results of its steps. */
  readonly results: readonly StoredStep[];
  /** Of the present state, if the environment can copy it. */
  readonly copy?: EpisodeCopy | undefined;
}

/** The steps of a point, for an episode whose trajectory has its lines after the reset. */
export function inheritance({ done, record, results, step }: EpisodePoint): Inheritance {
  const recorded = record === null ? [] : (done ?? []);
  const lines = recorded.flatMap(({ action }, index) => (action === null ? [] : [index + 1]));
  const unrecorded = Array<null>(step - lines.length).fill(null);
  return { last: goneOn(step), lines: [...lines, ...unrecorded], stored: results };
}
