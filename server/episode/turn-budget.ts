import type { ActionObject } from '../../protocol/action.ts';
import type { Observation, ResetOptions } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { invalidParam } from '../json/param-issues.ts';
import type { PastTurn } from '../trajectory/past.ts';

/** The options of a reset that say how many turns there are. */
export type BudgetOptions = Pick<ResetOptions, 'max_turns' | 'extend_steps' | 'turn_reminder'>;

/** A request for more turns as an agent writes it: `extend`, or `extend 5`. */
const REQUEST = /^\s*extend(?:\s+(\d{1,4}))?\s*$/;

interface Extension {
  readonly step: number;
  readonly turns: number;
}

function count(turns: number): string {
  return turns === 1 ? '1 turn' : `${turns} turns`;
}

/**
 * The turns of one episode: `max_turns` steps, and as many more as the agent asks for, up to `extend_steps`. It depends on
 * the steps alone, so that a replay has the same.
 */
export class TurnBudget {
  readonly #max: number;
  readonly #most: number;
  readonly #reminds: boolean;
  #extensions: readonly Extension[] = [];

  constructor({ max_turns = Number.POSITIVE_INFINITY, extend_steps = 0, turn_reminder }: BudgetOptions) {
    this.#max = max_turns;
    this.#most = extend_steps;
    this.#reminds = turn_reminder === true && Number.isFinite(max_turns);
  }

  /** Turns left after a step, 0 or more; infinite without a limit. */
  leftAfter(step: number): number {
    return Math.max(0, this.#max + this.#added - step);
  }

  /** The action that is meant: where turns can be added, the text `extend` asks for them. */
  meant(action: ActionObject): ActionObject {
    if (this.#most === 0 || !('code' in action)) return action;
    const [request, turns] = REQUEST.exec(action.code) ?? [];
    if (request === undefined) return action;
    return { extend: Math.max(1, Number(turns ?? this.#most)) };
  }

  /**
   * A step asks for more turns. It takes one itself.
   * @returns what the agent sees
   * @throws {ProtocolError} `unsupported` if none can be added in this episode
   */
  extend(step: number, wanted: number): Observation {
    if (this.#most === 0) {
      const message = 'This episode has a fixed number of turns: a reset with `extend_steps` lets it grow.';
      throw new ProtocolError('unsupported', message);
    }
    const turns = Math.min(wanted, this.#most - this.#added);
    if (turns > 0) this.#extensions = [...this.#extensions, { step, turns }];
    const left = this.leftAfter(step);
    const output = `${count(turns)} added; ${count(left)} left, ${this.#most - this.#added} more on request.\n`;
    return { output, turns_added: turns, turns_left: left };
  }

  /** An observation with the reminder of the turns left after a step, if the options ask for it. */
  reminded(observation: Observation, step: number): Observation {
    if (!this.#reminds || 'turns_added' in observation) return observation;
    const { output } = observation;
    const between = output === '' || output.endsWith('\n') ? '' : '\n';
    const left = this.leftAfter(step);
    const more = this.#most - this.#added;
    const request = more > 0 ? `; \`extend ${more}\` adds ${count(more)}` : '';
    return {
      ...observation,
      output: `${output}${between}[${count(left)} left${request}]\n`,
      turns_left: left,
    };
  }

  /** Take over the turns that steps of before, or of another episode, have added. */
  goOnAfter(past: readonly PastTurn[]): void {
    for (const { action, step } of past) {
      const meant = action && this.meant(action);
      if (meant && 'extend' in meant && this.#most > 0) this.extend(step, meant.extend);
    }
  }

  /** Forget what came after a step. */
  rewind(step: number): void {
    this.#extensions = this.#extensions.filter((extension) => extension.step <= step);
  }

  get #added(): number {
    return this.#extensions.reduce((sum, { turns }) => sum + turns, 0);
  }
}

/** @throws {ProtocolError} `invalid_params` for options that have no effect without `max_turns` */
export function refuseIdleBudgetOptions({ max_turns, extend_steps, turn_reminder }: BudgetOptions): void {
  if (max_turns !== undefined) return;
  const field = turn_reminder ? 'turn_reminder' : extend_steps ? 'extend_steps' : undefined;
  if (field === undefined) return;
  throw invalidParam(field, 'it needs `max_turns`: the episode has no limit of turns');
}
