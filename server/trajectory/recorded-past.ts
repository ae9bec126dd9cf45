import { parseAction } from '../../protocol/action.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { type EvaluateEvent, type StepEvent, TrajectoryEvent } from '../../protocol/trajectory.ts';
import { sizeOf } from '../json/answer-text.ts';
import { type LineRange, linesOf } from './lines.ts';
import { type PastTurn, pastUpTo } from './past.ts';

/** Maximum size of the actions of a past, as `sizeOf` counts. They are in memory until the state is made again. */
const MAX_SIZE = 67_108_864;

/** A line of a trajectory. */
export interface RecordedEvent extends LineRange {
  readonly event: TrajectoryEvent;
  /** Number of the line, from 0. */
  readonly line: number;
}

/** The events of a trajectory. @throws {Error} if the file cannot be read, or a line is no event */
export async function* eventsIn(path: string): AsyncGenerator<RecordedEvent> {
  let line = 0;
  let begin = 0;
  for await (const [text, end] of linesOf(path)) {
    yield { event: TrajectoryEvent.parse(JSON.parse(text)), line, begin, end };
    line += 1;
    begin = end;
  }
}

/** A turn as a trajectory has it. Its observation stays in the file, as it can be large. */
export interface RecordedTurn extends PastTurn, LineRange {
  /** Number of its line, from 0. */
  readonly line: number;
}

/** The past of an episode by the events of its trajectory: without the turns that were taken back. */
export class RecordedPast {
  readonly #last: number;
  #turns: RecordedTurn[] = [];
  #size = 0;

  /** @param last later steps are left out @default all are taken */
  constructor(last = Number.POSITIVE_INFINITY) {
    this.#last = last;
  }

  get turns(): readonly RecordedTurn[] {
    return this.#turns;
  }

  /** Size of the actions, as `sizeOf` counts. */
  get size(): number {
    return this.#size;
  }

  /** Take the next event of the trajectory, of any kind. */
  take({ event, line, begin, end }: RecordedEvent): void {
    if (event.event === 'step' || event.event === 'evaluate') {
      const turn = { ...turnOf(event), line, begin, end };
      if (turn.step > this.#last) return;
      this.#turns.push(turn);
      this.#size += sizeIn(turn);
    } else if (event.event === 'undo') {
      this.#turns = pastUpTo(this.#turns, event.to_step, false);
      this.#size = this.#turns.reduce((sum, turn) => sum + sizeIn(turn), 0);
    }
  }
}

function turnOf(event: StepEvent | EvaluateEvent): PastTurn {
  const { reward } = event;
  if (event.event === 'evaluate') return { step: event.after_step, action: null, sha256: null, reward };
  return { step: event.step, action: parseAction(event.action), sha256: event.observation_sha256, reward };
}

function sizeIn({ action }: PastTurn): number {
  return sizeOf(action, Number.POSITIVE_INFINITY);
}

/**
 * The past of an open episode's state after a step, from its trajectory.
 * @param count steps made so far
 * @param maxSize maximum size of the actions, as `sizeOf` counts
 * @throws {ProtocolError} `unsupported` if the actions are larger, `internal_error` if the file cannot be read
 */
export async function recordedPast(
  path: string,
  step: number,
  count: number,
  maxSize = MAX_SIZE,
): Promise<RecordedTurn[]> {
  const past = new RecordedPast(step);
  try {
    for await (const recorded of eventsIn(path)) {
      past.take(recorded);
      if (past.size > maxSize) throw tooLarge(maxSize);
    }
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new ProtocolError('internal_error', `The trajectory could not be read: ${reason}`);
  }
  return pastUpTo(past.turns, step, step === count);
}

function tooLarge(maxSize: number): ProtocolError {
  const most = `${maxSize / 1_048_576} MiB`;
  return new ProtocolError('unsupported', `The actions that led to this state take more than ${most}.`);
}
