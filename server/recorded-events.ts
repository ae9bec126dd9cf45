import { parseAction } from '../protocol/action.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type EvaluateEvent, type StepEvent, TrajectoryEvent } from '../protocol/trajectory.ts';
import { sizeOf } from './answer-text.ts';
import { type Done, doneBy } from './episode-history.ts';
import { type LineRange, linesOf } from './trajectory-lines.ts';

/** A step, or a grade between steps. */
type RecordedEvent = StepEvent | EvaluateEvent;

/** Maximum size of the actions of a state, as `sizeOf` counts. They are in memory until the state is made again. */
const MAX_SIZE = 67_108_864;

/** What a line of a trajectory has done. Its observation stays in the file, as it can be large. */
interface RecordedLine extends LineRange {
  readonly done: Done;
  /** Of its action, as `sizeOf` counts. */
  readonly size: number;
}

/**
 * The lines of an open episode's trajectory that led to its state after a step; not those of steps that were taken back.
 * @param count steps made so far
 * @param maxSize maximum size of their actions, as `sizeOf` counts
 * @throws {ProtocolError} `unsupported` if the actions are larger, `internal_error` if the file cannot be read
 */
export async function recordedLines(
  path: string,
  step: number,
  count: number,
  maxSize = MAX_SIZE,
): Promise<RecordedLine[]> {
  let lines: RecordedLine[] = [];
  let begin = 0;
  let size = 0;
  try {
    for await (const [text, end] of linesOf(path)) {
      const event = TrajectoryEvent.parse(JSON.parse(text));
      if (event.event === 'step' || event.event === 'evaluate') {
        const line = lineOf(event, begin, end);
        if (line.done.step <= step) {
          lines.push(line);
          size += line.size;
        }
      }
      if (event.event === 'undo') {
        lines = upTo(lines, event.to_step, false);
        size = lines.reduce((sum, line) => sum + line.size, 0);
      }
      if (size > maxSize) throw tooLarge(maxSize);
      begin = end;
    }
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new ProtocolError('internal_error', `The trajectory could not be read: ${reason}`);
  }
  return upTo(lines, step, step === count);
}

function lineOf(event: RecordedEvent, begin: number, end: number): RecordedLine {
  const done = doneIn(event);
  return { begin, end, done, size: sizeOf(done.action, Number.POSITIVE_INFINITY) };
}

function tooLarge(maxSize: number): ProtocolError {
  const most = `${maxSize / 1_048_576} MiB`;
  return new ProtocolError('unsupported', `The actions that led to this state take more than ${most}.`);
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
