import type { TakenSandbox } from '../../docker/sandbox.ts';
import type { ChosenTask, EnvironmentEpisode } from '../../environments/environment.ts';
import { releasePlay } from '../episode/life.ts';
import type { EpisodePoint } from '../episode/point.ts';
import { playAgain, type RemakeOptions } from '../episode/remake.ts';
import { TurnBudget } from '../episode/turn-budget.ts';
import { type TurnNote, turnNoted } from '../episode/turn-note.ts';
import { observationHash } from '../trajectory/log.ts';

/** An episode that goes on in the sandbox that it had. */
export interface TakenPlay {
  readonly play: EnvironmentEpisode;
  /** The turn that was in progress when the server was killed. It goes on, or has been made already. */
  readonly unfinished: TurnNote | null;
}

/**
 * Make what the environment knew of an episode again: its calls to the sandbox are repeated and get the results that they had.
 * Nothing runs in the sandbox.
 * @param firstSha256 hash of the first observation
 * @throws {Error} if the repeated calls are not those that were made, or an observation differs; the sandbox is then released
 */
export async function takenPlay(
  chosen: ChosenTask,
  point: EpisodePoint,
  firstSha256: string,
  { sandbox, remainder }: TakenSandbox,
  options: RemakeOptions,
): Promise<TakenPlay> {
  let play: EnvironmentEpisode | undefined;
  try {
    if (chosen.beginIn === undefined) throw new Error('this environment cannot go on in a sandbox');
    play = await chosen.beginIn(sandbox);
    const first = new TurnBudget(point.options).reminded(play.initial.observation, 0);
    const same = (await observationHash(first)) === firstSha256;
    if (!same || !(await playAgain(play, point, options))) throw new Error('an observation differs');
    const note = remainder();
    const unfinished = note === null ? null : turnNoted(note);
    if (unfinished !== null && unfinished.step !== 0 && unfinished.step !== point.step + 1) {
      throw new Error(`step ${unfinished.step} was in progress after ${point.step} steps`);
    }
    return { play, unfinished };
  } catch (error) {
    if (play === undefined) await sandbox.release();
    else releasePlay(play);
    throw error;
  }
}
