import { ProtocolError } from '../../protocol/errors.ts';
import type { Restored } from '../../protocol/fork.ts';
import { invalidParam } from '../json/param-issues.ts';
import { lastReward } from '../trajectory/past.ts';
import type { EpisodePast } from './episode-past.ts';
import type { EpisodeLife } from './life.ts';
import type { EpisodePoint } from './point.ts';
import { copyOf, type Remade } from './remake.ts';
import type { LastStep, StepResults } from './step-results.ts';
import type { TurnBudget } from './turn-budget.ts';

/** What does not change while the episode goes on. */
type Facts = Pick<EpisodePoint, 'episodeId' | 'environment' | 'options' | 'gradeMs' | 'task' | 'seed'>;

export interface EpisodePointsParts extends Facts {
  readonly life: EpisodeLife;
  readonly past: EpisodePast;
  readonly results: StepResults;
  readonly turns: TurnBudget;
}

/** A state that an undo has made again. */
export interface Undone {
  /** The last step that is left. */
  readonly step: number;
  /** The last reward that was given by then. */
  readonly lastReward: number | null;
  readonly restored: Restored;
  /** Reference of the sandbox in which it goes on. */
  readonly sandbox: string | undefined;
}

/** The states of an episode: where forks go on from, and where an undo goes back to. No turn may be in progress. */
export class EpisodePoints {
  readonly #parts: EpisodePointsParts;
  readonly #facts: Facts;

  constructor({ life, past, results, turns, ...facts }: EpisodePointsParts) {
    this.#parts = { life, past, results, turns, ...facts };
    this.#facts = facts;
  }

  /**
   * Where forks go on from.
   * @param atStep @default the last step after which the episode went on
   * @param reward the last one that was given
   * @param enter asked before the sandbox is copied: whether there is room
   * @throws {ProtocolError} `invalid_params`, `episode_over`, `internal_error`; `capacity` if only a copy makes the state again,
   * and there is no room
   */
  async forkAt(
    atStep: number | undefined,
    reward: number | null,
    enter: () => boolean,
  ): Promise<EpisodePoint> {
    const { life, results } = this.#parts;
    const { count, last } = results;
    const step = forkedAt(atStep, count, last);
    const point = await this.#at(step, reward);
    const { play } = life;
    if (step < count || play === undefined) return point;
    life.begin();
    try {
      return { ...point, copy: await copyOf(play, () => enter() || mayReplay(point)) };
    } finally {
      life.goOn();
    }
  }

  /**
   * Take steps back: the episode goes on in the sandbox that `remake` gives. If that fails, nothing has changed.
   * @param refuse throws the error of an episode that was abandoned meanwhile
   * @throws {ProtocolError} `invalid_params`, and the errors of `refuse` and `remake`
   */
  async undo(
    steps: number,
    remake: (point: EpisodePoint) => Promise<Remade>,
    refuse: () => void,
  ): Promise<Undone> {
    const { life, past, results, turns } = this.#parts;
    const step = undoneTo(steps, results.count);
    life.begin();
    let point: EpisodePoint;
    let restored: Restored;
    let sandbox: string | undefined;
    try {
      point = await this.#at(step, null);
      const { play, ...rest } = await remake(point);
      life.replace(play);
      restored = rest;
      sandbox = play.sandbox.reference;
    } catch (error) {
      // An abandonment ends the replay; the error says so.
      refuse();
      throw error;
    } finally {
      life.goOn();
    }
    refuse();
    results.rewind(step);
    turns.rewind(step);
    past.rewind(step);
    return { step, lastReward: point.lastReward, restored, sandbox };
  }

  /** @param reward the last one that was given, for the present state */
  async #at(step: number, reward: number | null): Promise<EpisodePoint> {
    const { past, results } = this.#parts;
    const { count } = results;
    const state = await past.at(step, count);
    return {
      ...this.#facts,
      ...state,
      results: results.upTo(step),
      lastReward: step === count ? reward : lastReward(state.past ?? []),
    };
  }
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
function undoneTo(steps: number, count: number): number {
  if (steps > count) throw tooMany('steps', count);
  return count - steps;
}

function tooMany(field: string, count: number): ProtocolError {
  return invalidParam(field, `The episode has made ${count} steps.`, 'too_big');
}

/** Without room for a copy, a state is made again by a replay. @returns false @throws {ProtocolError} `capacity` if it cannot */
function mayReplay({ past }: EpisodePoint): false {
  if (past !== null) return false;
  const message =
    'Only a copy makes the state of this episode again, and the server holds as many copies as it may: try again later.';
  throw new ProtocolError('capacity', message);
}
