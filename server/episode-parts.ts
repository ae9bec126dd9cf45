import type { EnvironmentEpisode } from '../environments/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import type { Failure } from '../protocol/failure.ts';
import type { EndReason } from '../protocol/trajectory.ts';
import type { ResultMemory } from './step-results.ts';
import type { TrajectoryFile } from './trajectory-log.ts';

/** What the server counts; called once for each event. */
export interface EpisodeObserver {
  stepped(environment: string, seconds: number): void;
  ended(environment: string, reason: EndReason): void;
  /** A fault ended the episode; `cause` is what was thrown. */
  faulted(episodeId: string, failure: Failure, cause: unknown): void;
  /** The log could not take the last lines of an episode that nobody waits for. */
  logFailed(episodeId: string, error: unknown): void;
}

export interface EpisodeParts {
  readonly id: string;
  readonly environment: string;
  readonly resumeToken: string;
  readonly play: EnvironmentEpisode;
  readonly options: ResetOptions;
  /** Longest that the agent's work may keep a grade busy, in milliseconds. @default the environment's own limits */
  readonly gradeMs?: number | undefined;
  readonly log: TrajectoryFile;
  readonly results: ResultMemory;
  readonly observer: EpisodeObserver;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}
