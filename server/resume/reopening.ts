import type { TakeBack, TakenSandbox } from '../../docker/sandbox.ts';
import type { ChosenTask, EnvironmentEpisode } from '../../environments/environment.ts';
import { Episode } from '../episode/episode.ts';
import { releasePlay } from '../episode/life.ts';
import type { EpisodeObserver, EpisodeParts, MakeParts } from '../episode/parts.ts';
import type { EpisodePoint } from '../episode/point.ts';
import type { Remade, RemakeOptions, ReplayGate } from '../episode/remake.ts';
import { TurnBudget } from '../episode/turn-budget.ts';
import type { TurnNote } from '../episode/turn-note.ts';
import type { ResultMemory } from '../memory/result-memory.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import { observationHash, type TrajectoryFile, type TrajectoryLog } from '../trajectory/log.ts';
import { endedPlay, pointOf, type RecordedEpisode } from './recorded-episode.ts';
import { type TakenPlay, takenPlay } from './taken-play.ts';

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
  readonly takeBack: TakeBack['takeBack'];
  /** The task of a point, to be begun again. @throws {ProtocolError} */
  readonly choose: (point: EpisodePoint) => ChosenTask;
  /** An episode cannot go on in its sandbox. */
  readonly notTakenBack: (environment: string, cause: unknown) => void;
  /** Make the state of a point again. @throws {ProtocolError} */
  readonly remake: (point: EpisodePoint, options: RemakeOptions) => Promise<Remade>;
  /** Open an episode in a slot of its own. @throws {ProtocolError} also what `begin` throws */
  readonly admit: (id: string, begin: () => Promise<MakeParts>) => Promise<Episode>;
}

/** An episode that goes on here. */
interface Reopened extends TakenPlay {
  readonly how: 'sandbox' | 'replay';
  readonly exact: boolean;
}

/** Goes on with episodes that servers of before have left, in their own files. */
export class Reopening {
  readonly #parts: ReopeningParts;

  constructor(parts: ReopeningParts) {
    this.#parts = parts;
  }

  /**
   * Go on with an episode in its own sandbox, or play it again in a fresh one. One that has ended needs no sandbox: it only has its results.
   * @throws {ProtocolError} as a reset
   */
  async reopen(recorded: RecordedEpisode): Promise<Episode> {
    const { end, ends, path, reset, size } = recorded;
    const { admit, observer, trajectories } = this.#parts;
    if (end !== null) {
      const log = trajectories.reopen(path, { ends, size });
      return new Episode(this.#partsOf(recorded, { play: endedPlay(recorded), exact: true, log, observer }));
    }
    const left: { unfinished: TurnNote | null } = { unfinished: null };
    const episode = await admit(reset.episode_id, async () => {
      const made = (await this.#takeBack(recorded)) ?? (await this.#replay(recorded));
      const { exact, play } = made;
      left.unfinished = made.unfinished;
      try {
        const log = trajectories.reopen(path, { ends, size });
        await this.#note(log, recorded, made);
        return (counted) => this.#partsOf(recorded, { play, exact, log, observer: counted });
      } catch (error) {
        releasePlay(play);
        throw error;
      }
    });
    if (left.unfinished !== null) this.#finish(episode, left.unfinished);
    return episode;
  }

  /** The first request of the episode: the turn that was in progress, whose result its client then gets by its number. */
  #finish(episode: Episode, { action, step }: TurnNote): void {
    const finished = step === 0 ? episode.evaluate() : episode.step(step, action);
    finished.catch((error: unknown) => this.#parts.observer.logFailed(episode.id, error));
  }

  async #takeBack(recorded: RecordedEpisode): Promise<Reopened | undefined> {
    const { choose, notTakenBack, takeBack } = this.#parts;
    const { reset, sandbox } = recorded;
    const point = pointOf(recorded);
    let taken: TakenSandbox | undefined;
    try {
      taken = sandbox === undefined ? undefined : await takeBack(sandbox);
      if (taken === undefined) return undefined;
      const chosen = choose(point);
      const made = await takenPlay(chosen, point, reset.observation_sha256, taken, this.#options(point));
      return { ...made, how: 'sandbox', exact: true };
    } catch (error) {
      await taken?.sandbox.release();
      notTakenBack(reset.environment, error);
      return undefined;
    }
  }

  #options({ options }: EpisodePoint): RemakeOptions {
    const { outputs, signal } = this.#parts;
    const gate: ReplayGate = (turn) => outputs.passUnanswered(options.max_output_bytes, turn);
    return { signal, gate };
  }

  async #replay(recorded: RecordedEpisode): Promise<Reopened> {
    const point = pointOf(recorded);
    const { exact, play } = await this.#parts.remake(point, this.#options(point));
    const first = new TurnBudget(point.options).reminded(play.initial.observation, 0);
    const same = (await observationHash(first)) === recorded.reset.observation_sha256;
    return { play, how: 'replay', exact: exact && same, unfinished: null };
  }

  async #note(
    log: TrajectoryFile,
    { reset, results }: RecordedEpisode,
    { exact, how, play }: Reopened,
  ): Promise<void> {
    const { mark, observer } = this.#parts;
    const { reference } = play.sandbox;
    const time = new Date().toISOString();
    const after_step = results.last?.step ?? 0;
    observer.resumed(reset.environment, how);
    try {
      const facts = { after_step, how, exact, server: mark, ...(reference && { sandbox: reference }) };
      await log.write({ event: 'resume', time, ...facts });
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
