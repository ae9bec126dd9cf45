import { SandboxError } from '../../docker/errors.ts';
import type { SandboxWait } from '../../docker/sandbox.ts';
import type { ChosenTask, EnvironmentEpisode, EpisodeCopy } from '../../environments/environment.ts';
import type { ActionObject } from '../../protocol/action.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Restored } from '../../protocol/fork.ts';
import { observationHash } from '../trajectory/log.ts';
import type { PastTurn } from '../trajectory/past.ts';
import { releasePlay } from './life.ts';
import type { EpisodePoint } from './point.ts';
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

/** Errors of a copy after which a replay would fare no better. */
const NO_PLACE: ReadonlySet<string> = new Set([
  'capacity',
  'draining',
  'image_missing',
  'no_space',
  'start_failed',
  'build_failed',
]);

/**
 * The present state of an open episode, if its environment can copy it. A fault shows in the next step of the episode.
 * @param enter asked whether there is room for a copy, only if the environment makes one
 */
export async function copyOf(
  play: EnvironmentEpisode,
  enter: () => boolean,
): Promise<EpisodeCopy | undefined> {
  const episodeIn = play.copy?.();
  if (episodeIn === undefined || !enter()) return undefined;
  try {
    return { snapshot: await play.sandbox.snapshot(), episodeIn };
  } catch (error) {
    if (error instanceof SandboxError) return undefined;
    throw error;
  }
}

/**
 * Make a state again in a fresh sandbox: by a copy where that is exact, else by playing its actions again.
 * @throws {SandboxError} on an infrastructure fault
 * @throws {ProtocolError} `unsupported` if neither is possible
 */
export async function remake(
  chosen: ChosenTask,
  point: EpisodePoint,
  options: RemakeOptions & { readonly wait: SandboxWait },
): Promise<Remade> {
  const copied = await copy(chosen, point, options.wait);
  return copied ?? replay(chosen, point, options);
}

async function copy(
  chosen: ChosenTask,
  { copy }: EpisodePoint,
  wait: SandboxWait,
): Promise<Remade | undefined> {
  if (copy === undefined || copy.snapshot.state === null || chosen.continue === undefined) return undefined;
  try {
    return { play: await chosen.continue(copy, wait), how: 'copy', exact: true, not_carried: [] };
  } catch (error) {
    if (!(error instanceof SandboxError) || NO_PLACE.has(error.code)) throw error;
    return undefined;
  }
}

async function replay(
  chosen: ChosenTask,
  point: EpisodePoint,
  { signal, gate, wait }: RemakeOptions & { readonly wait: SandboxWait },
): Promise<Remade> {
  const { copy, past } = point;
  if (past === null) throw notKept(copy);
  const play = await chosen.begin(wait);
  // A released sandbox ends what runs in it.
  const end = (): void => releasePlay(play);
  signal.addEventListener('abort', end);
  try {
    const exact = await playAgain(play, point, { signal, gate });
    return { play, how: 'replay', exact, not_carried: startedAgain(copy) };
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/**
 * Take the turns of a point one after the other.
 * @returns whether every observation is the recorded one
 * @throws {SandboxError} on an infrastructure fault; the reason of the signal
 */
export async function playAgain(
  play: EnvironmentEpisode,
  { past, options, gradeMs }: EpisodePoint,
  { signal, gate }: RemakeOptions,
): Promise<boolean> {
  const turnOptions = { mode: options.reward ?? 'on_end', gradeMs, budget: new TurnBudget(options) };
  const take = (each: PastTurn): Promise<Turn> =>
    gate(() =>
      takeTurn(play, actionOf(each), { ...turnOptions, step: each.action === null ? 0 : each.step }),
    );
  let exact = true;
  for (const each of past ?? []) {
    signal.throwIfAborted();
    const turn = await take(each);
    if (turn.failure !== null) throw causeOf(turn);
    exact &&= each.sha256 === null || each.sha256 === (await observationHash(turn.observation));
  }
  signal.throwIfAborted();
  return exact;
}

function actionOf({ action }: PastTurn): ActionObject {
  return action ?? { evaluate: true };
}

function causeOf({ cause, failure }: Turn): unknown {
  return cause ?? new SandboxError('runner_fault', failure?.message ?? 'a step failed');
}

/** Processes that a replay starts again, in a state of their own. */
function startedAgain(copy: EpisodeCopy | undefined): string[] {
  const { processes = 0 } = copy?.snapshot ?? {};
  if (processes === 0) return [];
  return [`${processes} background process${processes === 1 ? '' : 'es'} (started again)`];
}

function notKept(copy: EpisodeCopy | undefined): ProtocolError {
  const reasons = copy === undefined || copy.snapshot.reasons.length === 0 ? [] : copy.snapshot.reasons;
  const why = reasons.length === 0 ? '' : ` Its present state cannot be copied: ${reasons.join('; ')}.`;
  return new ProtocolError(
    'unsupported',
    `The actions of this episode are more than are kept in memory, and the server keeps no trajectories.${why}`,
  );
}
