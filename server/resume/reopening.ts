import type { EnvironmentEpisode } from '../../environments/environment.ts';
import { Episode } from '../episode/episode.ts';
import { releasePlay } from '../episode/life.ts';
import type { EpisodeObserver, EpisodeParts, MakeParts } from '../episode/parts.ts';
import type { EpisodePoint } from '../episode/point.ts';
import type { Remade, RemakeOptions, ReplayGate } from '../episode/remake.ts';
import { TurnBudget } from '../episode/turn-budget.ts';
import type { ResultMemory } from '../memory/result-memory.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import { observationHash, type TrajectoryFile, type TrajectoryLog } from '../trajectory/log.ts';
import { endedPlay, pointOf, type RecordedEpisode } from './recorded-episode.ts';

export interface ReopeningParts {
  readonly trajectories: TrajectoryLog;
  readonly results: ResultMemory;
  readonly observer: EpisodeObserver;
  /** Mark of this server. */
  readonly mark: string;
  /** Lets the steps of replays run when there is memory for their output. */
  readonly outputs: ClientGate;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Aborted when the server drains. */
  readonly signal: AbortSignal;
  /** Make the state of a point again. @throws {ProtocolError} */
  readonly remake: (point: EpisodePoint, options: RemakeOptions) => Promise<Remade>;
  /** Open an episode in a slot of its own. @throws {ProtocolError} also what `begin` throws */
  readonly admit: (id: string, begin: () => Promise<MakeParts>) => Promise<Episode>;
}

/** Goes on with episodes that servers of before have left, in their own files. */
export class Reopening {
  readonly #parts: ReopeningParts;

  constructor(parts: ReopeningParts) {
    this.#parts = parts;
  }

  /**
   * Play an episode again. One that has ended needs no sandbox: it only has its results.
   * @throws {ProtocolError} as a reset
   */
  async reopen(recorded: RecordedEpisode): Promise<Episode> {
    const { end, ends, path, reset, size } = recorded;
    const { admit, observer, trajectories } = this.#parts;
    if (end !== null) {
      const log = trajectories.reopen(path, { ends, size });
      return new Episode(this.#partsOf(recorded, { play: endedPlay(recorded), exact: true, log, observer }));
    }
    return admit(reset.episode_id, async () => {
      const { exact, play } = await this.#replay(recorded);
      try {
        const log = trajectories.reopen(path, { ends, size });
        await this.#note(log, recorded, exact);
        return (counted) => this.#partsOf(recorded, { play, exact, log, observer: counted });
      } catch (error) {
        releasePlay(play);
        throw error;
      }
    });
  }

  async #replay(recorded: RecordedEpisode): Promise<Pick<Remade, 'play' | 'exact'>> {
    const { outputs, remake, signal } = this.#parts;
    const point = pointOf(recorded);
    const gate: ReplayGate = (turn) => outputs.passUnanswered(point.options.max_output_bytes, turn);
    const { exact, play } = await remake(point, { signal, gate });
    const first = new TurnBudget(point.options).reminded(play.initial.observation, 0);
    const same = (await observationHash(first)) === recorded.reset.observation_sha256;
    return { play, exact: exact && same };
  }

  async #note(log: TrajectoryFile, { reset, results }: RecordedEpisode, exact: boolean): Promise<void> {
    const { mark, observer } = this.#parts;
    const time = new Date().toISOString();
    const after_step = results.last?.step ?? 0;
    observer.resumed(reset.environment, 'replay');
    try {
      await log.write({ event: 'resume', time, after_step, how: 'replay', exact, server: mark });
    } catch (error) {
      await Promise.resolve(log.close()).catch(() => {});
      throw error;
    }
  }

  #partsOf(
    recorded: RecordedEpisode,
    own: {
      readonly play: EnvironmentEpisode;
      readonly exact: boolean;
      readonly log: TrajectoryFile;
      readonly observer: EpisodeObserver;
    },
  ): EpisodeParts {
    const { begunAt, end, reset } = recorded;
    const { now, results } = this.#parts;
    const { exact, ...parts } = own;
    return {
      ...parts,
      id: reset.episode_id,
      environment: reset.environment,
      tokenSha256: reset.resume_token_sha256 ?? '',
      options: reset.options,
      seed: reset.info.seed,
      point: pointOf(recorded),
      left: { ageMs: Math.max(0, Date.now() - begunAt), exact, results: recorded.results, end },
      results,
      now,
    };
  }
}
