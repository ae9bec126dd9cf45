import { ResetEvent, TrajectoryEvent } from '../../protocol/trajectory.ts';
import { linesOf } from '../trajectory/lines.ts';

/** Maximum events of a page, in UTF-16 code units of their lines. One longer event is a page. */
const MOST_TEXT = 4 * 1024 * 1024;

/** Some events of a trajectory. */
export interface EventPage {
  readonly reset: ResetEvent;
  readonly events: readonly TrajectoryEvent[];
  /** Where the next page begins; `null` if there is nothing more so far. */
  readonly next: number | null;
  /** Events after the reset. */
  readonly count: number;
}

/**
 * Events of a trajectory after its reset.
 * @param from the first one, from 0
 * @throws {Error} if the file cannot be read, or a line is no event
 */
export async function eventPage(path: string, from: number, limit: number): Promise<EventPage> {
  let reset: ResetEvent | undefined;
  const events: TrajectoryEvent[] = [];
  let length = 0;
  let isFull = false;
  let line = -1;
  for await (const [text] of linesOf(path)) {
    if (line === -1) reset = ResetEvent.parse(JSON.parse(text));
    else if (line >= from && !isFull) {
      length += text.length;
      isFull = events.length >= limit || (length > MOST_TEXT && events.length > 0);
      if (!isFull) events.push(TrajectoryEvent.parse(JSON.parse(text)));
    }
    line += 1;
  }
  if (reset === undefined) throw new Error(`${path} does not begin with a reset`);
  const count = Math.max(0, line);
  const next = from + events.length;
  return { reset, events, next: next < count ? next : null, count };
}
