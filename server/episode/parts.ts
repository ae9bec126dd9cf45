import type { EnvironmentEpisode } from '../../environments/environment.ts';
import type { ResetOptions, StepResult } from '../../protocol/episode.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { EndReason, ResumeEvent } from '../../protocol/trajectory.ts';
import type { ResultMemory } from '../memory/result-memory.ts';
import type { TrajectoryFile } from '../trajectory/log.ts';
import type { EpisodePoint } from './point.ts';
import type { PastResults } from './step-results.ts';

/** Events that the server counts. Each is called once per event. */
export interface EpisodeObserver {
  stepped(environment: string, seconds: number): void;
  ended(environment: string, reason: EndReason): void;
  /** Another connection has taken it over. */
  resumed(environment: string, how: ResumeEvent['how']): void;
  /** A fault ended the episode. `cause` is the error that was thrown. */
  faulted(episodeId: string, failure: Failure, cause: unknown): void;
  /** The last lines of an episode could not be logged, and no request is there to be answered with that. */
  logFailed(episodeId: string, error: unknown): void;
}

/** How a recorded episode ended by itself. */
export interface RecordedEnd {
  readonly reason: EndReason;
  readonly failure: Failure | null;
  /** The end between two steps, as the result of the next one. */
  readonly result?: StepResult;
  /** Whether its file has the line that closes it. */
  readonly closed: boolean;
}

/** An episode that a server of before has left. */
export interface LeftParts {
  /** Where its steps are in its trajectory. */
  readonly results: PastResults;
  /** Time since its reset, in milliseconds. */
  readonly ageMs: number;
  /** False if it was played again and an observation differed. */
  readonly exact: boolean;
  /** How it has ended. Its `play` is not used then. @default it goes on */
  readonly end?: RecordedEnd | null;
}

export interface EpisodeParts {
  readonly id: string;
  readonly environment: string;
  /** SHA-256 of its resume token, in hex. */
  readonly tokenSha256: string;
  readonly play: EnvironmentEpisode;
  readonly options: ResetOptions;
  /** Who plays it, for those who watch. @default nobody says */
  readonly playedBy?: string | undefined;
  /** The seed in use. */
  readonly seed: number;
  /** Where a fork goes on from. @default the reset */
  readonly point?: EpisodePoint | undefined;
  /** What a server of before has left of it. @default it begins */
  readonly left?: LeftParts | undefined;
  /** Maximum time of a grade that the agent's work may use, in milliseconds. @default the environment's own limits */
  readonly gradeMs?: number | undefined;
  readonly log: TrajectoryFile;
  readonly results: ResultMemory;
  readonly observer: EpisodeObserver;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** The parts of an episode that reports to this observer. */
export type MakeParts = (observer: EpisodeObserver) => EpisodeParts;
