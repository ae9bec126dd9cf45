import { readFile } from 'node:fs/promises';
import {
  type CloseEvent,
  type EvaluateEvent,
  type LimitEvent,
  type ResetEvent,
  type StepEvent,
  TRAJECTORY_VERSION,
  TrajectoryEvent,
} from '../../protocol/trajectory.ts';

/** A file that is no trajectory; the message names file, line and reason. */
export class TrajectoryError extends Error {
  override readonly name = 'TrajectoryError';
}

/** What happened between reset and close. */
export type PlayedEvent = StepEvent | EvaluateEvent | LimitEvent;

/** A trajectory as its file tells it. */
export interface Trajectory {
  readonly path: string;
  readonly reset: ResetEvent;
  /** Steps and grades in the order in which they happened. */
  readonly events: readonly PlayedEvent[];
  readonly close: CloseEvent | null;
  /** The last line was cut short, as by a crash, and is left out. */
  readonly torn: boolean;
}

/** @throws {TrajectoryError} naming file, line and reason, when it is no trajectory */
export async function readTrajectory(path: string): Promise<Trajectory> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TrajectoryError(`${path}: cannot be read (${reason}): name a trajectory file`, { cause });
  }
  return parseTrajectory(path, text);
}

/** @throws {TrajectoryError} as `readTrajectory` */
export function parseTrajectory(path: string, text: string): Trajectory {
  const lines = text.split('\n');
  // A complete line ends with a newline, so that what follows the last one is torn, or nothing.
  const rest = lines.pop() ?? '';
  const events = lines.map((line, i) => parseLine(path, line, i + 1));
  const whole = parseTorn(rest);
  if (whole) events.push(whole);
  const [reset, ...later] = events;
  if (!reset) throw fault(path, 1, 'holds no whole event: nothing to replay');
  if (reset.event !== 'reset') throw fault(path, 1, 'does not begin with a reset event');
  const played: PlayedEvent[] = [];
  let close: CloseEvent | null = null;
  for (const [i, event] of later.entries()) {
    if (event.event === 'reset') throw fault(path, i + 2, 'begins a second episode: one file holds one');
    if (close) throw fault(path, i + 2, 'follows the close event');
    if (event.event === 'close') close = event;
    else played.push(event);
  }
  return { path, reset, events: played, close, torn: rest !== '' && !whole };
}

function parseLine(path: string, line: string, number: number): TrajectoryEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault(path, number, 'is not JSON');
  }
  const event = TrajectoryEvent.safeParse(value);
  if (event.success) return event.data;
  const version =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version !== TRAJECTORY_VERSION) {
    throw fault(
      path,
      number,
      `is of trajectory version ${version}; this program reads ${TRAJECTORY_VERSION}`,
    );
  }
  const [issue] = event.error.issues;
  throw fault(path, number, `is no trajectory event (${issue?.path.join('.')}: ${issue?.message})`);
}

function parseTorn(rest: string): TrajectoryEvent | null {
  try {
    const event = TrajectoryEvent.safeParse(JSON.parse(rest));
    return event.success ? event.data : null;
  } catch {
    return null;
  }
}

function fault(path: string, line: number, reason: string): TrajectoryError {
  return new TrajectoryError(`${path}: line ${line} ${reason}`);
}
