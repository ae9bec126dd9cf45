import { ProtocolError } from '../protocol/errors.ts';
import { type Done, EpisodeHistory } from './episode-history.ts';
import type { EpisodePoint } from './episode-point.ts';
import { recordedLines } from './recorded-events.ts';
import type { LastStep, ResultMemory } from './step-results.ts';
import type { TrajectoryFile } from './trajectory-log.ts';

/** What led to a state. */
export type Past = Pick<EpisodePoint, 'step' | 'done' | 'record'>;

/** What an episode has done so far: in its trajectory, or without one, in memory. */
export class EpisodePast {
  readonly #log: Pick<TrajectoryFile, 'path'>;
  readonly #reading: ResultMemory['reviewing'];
  readonly #history: EpisodeHistory;

  constructor(
    log: Pick<TrajectoryFile, 'path'>,
    { reviewing }: Pick<ResultMemory, 'reviewing'>,
    done: readonly Done[] | null = [],
  ) {
    this.#log = log;
    this.#reading = reviewing;
    this.#history = new EpisodeHistory(log.path === null ? done : []);
  }

  add(done: Done): void {
    if (this.#log.path === null) this.#history.add(done);
  }

  rewind(step: number): void {
    this.#history.rewind(step);
  }

  /**
   * What led to the state after a step.
   * @param count steps made so far
   * @throws {ProtocolError} `internal_error` if the trajectory cannot be read
   */
  async at(step: number, count: number): Promise<Past> {
    const { path } = this.#log;
    if (path !== null) {
      const lines = await this.#reading.run(() => recordedLines(path, step, count));
      const record = { path, lines: lines.map(({ begin, end }) => ({ begin, end })) };
      return { step, record, done: lines.map(({ done }) => done) };
    }
    return { step, record: null, done: this.#history.whole ? this.#history.upTo(step, count) : null };
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
  if (wanted > count) throw tooMany('at_step', `The episode has made ${count} steps.`);
  if (wanted > latest) {
    const message = `Step ${wanted} ended the episode: nothing can go on after it.`;
    throw new ProtocolError('episode_over', message, { step_count: count });
  }
  return wanted;
}

/** The step that an undo goes back to. @throws {ProtocolError} `invalid_params` */
export function undoneTo(steps: number, count: number): number {
  if (steps > count) throw tooMany('steps', `The episode has made ${count} steps.`);
  return count - steps;
}

function tooMany(field: string, message: string): ProtocolError {
  return new ProtocolError('invalid_params', `${field}: ${message}`, {
    issues: [{ field, code: 'too_big', message }],
  });
}
