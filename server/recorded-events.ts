import { parseAction } from '../protocol/action.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type EvaluateEvent, type StepEvent, TrajectoryEvent } from '../protocol/trajectory.ts';
import { type Done, doneBy } from './episode-history.ts';
import { type LineRange, linesOf } from './trajectory-lines.ts';

/** A step, or a grade between steps. */
type RecordedEvent = StepEvent | EvaluateEvent;

/** What a line of a trajectory has done. Its observation stays in the file, as it can be large. */
interface RecordedLine extends LineRange {
  readonly done: Done;
}

/**
 * The lines of an open episode's trajectory that led to its state after a step; not those of steps that were taken back.
 * @param count steps made so far
 * @throws {ProtocolError} `internal_error` if the file cannot be read
 */
export async function recordedLines(path: string, step: number, count: number): Promise<RecordedLine[]> {
  let lines: RecordedLine[] = [];
  let begin = 0;
  try {
    for await (const [text, end] of linesOf(path)) {
      const event = TrajectoryEvent.parse(JSON.parse(text));
      if (event.event === 'step' || event.event === 'evaluate')
        lines.push({ begin, end, done: doneIn(event) });
      if (event.event === 'undo') lines = upTo(lines, event.to_step, false);
      begin = end;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new ProtocolError('internal_error', `The trajectory could not be read: ${reason}`);
  }
  return upTo(lines, step, step === count);
}

/** What an event has done. */
export function doneIn(event: RecordedEvent): Done {
  const { reward } = event;
  if (event.event === 'evaluate') return { step: event.after_step, action: null, sha256: null, reward };
  return { step: event.step, action: parseAction(event.action), sha256: event.observation_sha256, reward };
}

function upTo(lines: readonly RecordedLine[], step: number, present: boolean): RecordedLine[] {
  return doneBy(lines, step, { of: ({ done }) => done, present });
}
