import type { EpisodeCopy, Task } from '../environments/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { invalidParam } from './param-issues.ts';
import type { PastTurn } from './past.ts';
import { goneOn, type LastStep, type PastResults, type StoredStep } from './step-results.ts';
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

/**
 * The step that a fork begins after.
 * @param wanted as the client named it @default the last step after which the episode went on
 * @throws {ProtocolError} `invalid_params`, `episode_over` for the step that ended it
 */
export function forkedAt(wanted: number | undefined, count: number, last: LastStep | undefined): number {
  const ended = last !== undefined && (last.terminated || last.truncated);
  const latest = ended ? count - 1 : count;
  if (wanted === undefined) return latest;
  if (wanted > count) throw tooMany('at_step', count);
  if (wanted > latest) {
    const message = `Step ${wanted} ended the episode: nothing can go on after it.`;
    throw new ProtocolError('episode_over', message, { step_count: count });
  }
  return wanted;
}

/** The step that an undo goes back to. @throws {ProtocolError} `invalid_params` */
export function undoneTo(steps: number, count: number): number {
  if (steps > count) throw tooMany('steps', count);
  return count - steps;
}

function tooMany(field: string, count: number): ProtocolError {
  return invalidParam(field, `The episode has made ${count} steps.`, 'too_big');
}
