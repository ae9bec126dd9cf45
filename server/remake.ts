import { SandboxError } from '../docker/errors.ts';
import type { EnvironmentEpisode } from '../environments/environment.ts';
import type { ActionObject } from '../protocol/action.ts';
import type { Restored } from '../protocol/fork.ts';
import type { Done } from './episode-history.ts';
import type { EpisodePoint } from './episode-point.ts';
import { releasePlay } from './resets.ts';
import { observationHash } from './trajectory-log.ts';
import { type Turn, takeTurn } from './turn.ts';
import { TurnBudget } from './turn-budget.ts';

/** An episode of an environment in a state that another one is or was in. */
export interface Remade extends Restored {
  readonly play: EnvironmentEpisode;
}

/** Lets one action of a replay run when there is memory for its output. */
export type ReplayGate = (turn: () => Promise<Turn>) => Promise<Turn>;

export interface RemakeOptions {
  /** Aborted when the result is no longer wanted: a running action ends with its sandbox. */
  readonly signal: AbortSignal;
  readonly gate: ReplayGate;
}

/**
 * Make a state again in a fresh sandbox, by playing its actions again.
 * @throws {SandboxError} on an infrastructure fault
 */
export async function remake(
  begin: () => Promise<EnvironmentEpisode>,
  point: EpisodePoint,
  { signal, gate }: RemakeOptions,
): Promise<Remade> {
  const play = await begin();
  // A released sandbox ends what runs in it.
  const end = (): void => releasePlay(play);
  signal.addEventListener('abort', end);
  try {
    const exact = await playAgain(play, point, { signal, gate });
    signal.throwIfAborted();
    return { play, how: 'replay', exact, not_carried: [] };
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** @returns whether every observation was the recorded one */
async function playAgain(
  play: EnvironmentEpisode,
  { done, options, gradeMs }: EpisodePoint,
  { signal, gate }: RemakeOptions,
): Promise<boolean> {
  let exact = true;
  const turnOptions = { mode: options.reward ?? 'on_end', gradeMs, budget: new TurnBudget(options) };
  for (const each of done) {
    signal.throwIfAborted();
    const turn = await gate(() =>
      takeTurn(play, actionOf(each), { ...turnOptions, step: each.action === null ? 0 : each.step }),
    );
    if (turn.failure !== null) throw causeOf(turn);
    exact &&= each.sha256 === null || each.sha256 === (await observationHash(turn.observation));
  }
  return exact;
}

function actionOf({ action }: Done): ActionObject {
  return action ?? { evaluate: true };
}

function causeOf({ cause, failure }: Turn): unknown {
  return cause ?? new SandboxError('runner_fault', failure?.message ?? 'a step failed');
}
