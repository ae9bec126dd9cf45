import { readFile } from 'node:fs/promises';
import {
  type CloseEvent,
  type EvaluateEvent,
  type LimitEvent,
  OLDEST_TRAJECTORY_VERSION,
  type ResetEvent,
  type StepEvent,
  TRAJECTORY_VERSION,
  TrajectoryEvent,
  type UndoEvent,
} from '../../protocol/trajectory.ts';

/** A file that is not a trajectory; the message names file, line and reason. */
export class TrajectoryError extends Error {
  override readonly name = 'TrajectoryError';
}

/** An event between reset and close. */
export type PlayedEvent = StepEvent | EvaluateEvent | LimitEvent | UndoEvent;

/** A trajectory, read from its file. */
export interface Trajectory {
  readonly path: string;
  readonly reset: ResetEvent;
  /** Steps, grades and undos, in order. */
  readonly events: readonly PlayedEvent[];
  readonly close: CloseEvent | null;
  /** Whether the last line was incomplete, as after a crash, and is left out. */
  readonly torn: boolean;
}

/** @throws {TrajectoryError} naming file, line and reason, when it is not a trajectory */
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
  // A complete line ends with a newline, so text after the last newline is an incomplete line.
  const rest = lines.pop() ?? '';
  const events = lines.map((line, i) => parseLine(path, line, i + 1));
  const whole = parseTorn(rest);
  if (whole) events.push(whole);
  const [reset, ...later] = events;
  if (!reset) throw fault(path, 1, 'has no complete event: nothing to replay');
  if (reset.event !== 'reset') throw fault(path, 1, 'does not begin with a reset event');
  const played: PlayedEvent[] = [];
  let close: CloseEvent | null = null;
  for (const [i, event] of later.entries()) {
    if (event.event === 'reset') throw fault(path, i + 2, 'begins a second episode: a file has one');
    if (close) throw fault(path, i + 2, 'follows the close event');
    if (event.event === 'close') close = event;
    else if (event.event !== 'resume' && event.event !== 'explanation') played.push(event);
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
  if (typeof version === 'number' && (version < OLDEST_TRAJECTORY_VERSION || version > TRAJECTORY_VERSION)) {
    throw fault(
      path,
      number,
      `is of trajectory version ${version}; this program reads ${OLDEST_TRAJECTORY_VERSION} to ${TRAJECTORY_VERSION}`,
    );
  }
  const [issue] = event.error.issues;
  throw fault(path, number, `is not a trajectory event (${issue?.path.join('.')}: ${issue?.message})`);
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
