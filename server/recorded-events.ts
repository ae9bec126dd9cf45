import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseAction } from '../protocol/action.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type EvaluateEvent, type StepEvent, TrajectoryEvent } from '../protocol/trajectory.ts';
import { type Done, doneBy } from './episode-history.ts';

/** A step, or a grade between steps. */
export type RecordedEvent = StepEvent | EvaluateEvent;

/**
 * The events of an open episode's trajectory that led to its state after a step; not those of steps that were taken back.
 * @param count steps made so far
 * @throws {ProtocolError} `internal_error` if the file cannot be read
 */
export async function recordedEvents(path: string, step: number, count: number): Promise<RecordedEvent[]> {
  let events: RecordedEvent[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const event = TrajectoryEvent.parse(JSON.parse(line));
      if (event.event === 'step' || event.event === 'evaluate') events.push(event);
      if (event.event === 'undo') events = upTo(events, event.to_step, false);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new ProtocolError('internal_error', `The trajectory could not be read: ${reason}`);
  }
  return upTo(events, step, step === count);
}

/** What an event has done. */
export function doneIn(event: RecordedEvent): Done {
  const { reward } = event;
  if (event.event === 'evaluate') return { step: event.after_step, action: null, sha256: null, reward };
  return { step: event.step, action: parseAction(event.action), sha256: event.observation_sha256, reward };
}

function upTo(events: readonly RecordedEvent[], step: number, present: boolean): RecordedEvent[] {
  return doneBy(events, step, { of: doneIn, present });
}
