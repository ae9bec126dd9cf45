import { type ActionObject, parseAction } from '../../../protocol/action.ts';
import type { Explanation } from '../../../protocol/explanation.ts';
import type { EvaluateEvent, LimitEvent, StepEvent, TrajectoryEvent } from '../../../protocol/trajectory.ts';

/** A turn of an episode as it is shown: a step, or a grade between steps. */
export interface ShownTurn {
  readonly event: StepEvent | EvaluateEvent | LimitEvent;
  /** Number of the step; of a grade, the number of steps before it. */
  readonly step: number;
  /** `null` for a grade. */
  readonly action: ActionObject | null;
  readonly explanation?: Explanation;
  /** It was taken back later. */
  readonly undone?: boolean;
}

/** Something that happened between turns. */
export interface Happening {
  readonly text: string;
  readonly time: string;
}

export type Entry = ShownTurn | Happening;

export function isTurn(entry: Entry): entry is ShownTurn {
  return 'event' in entry;
}

/** What is shown of an episode, in the order in which it happened. */
export function entriesOf(events: readonly TrajectoryEvent[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of events) take(event, entries);
  return entries;
}

function take(event: TrajectoryEvent, entries: Entry[]): void {
  switch (event.event) {
    case 'step':
      entries.push({ event, step: event.step, action: parseAction(event.action) });
      return;
    case 'evaluate':
    case 'limit':
      entries.push({ event, step: event.after_step, action: null });
      return;
    case 'explanation': {
      const at = entries.findLastIndex(isTurn);
      const turn = entries[at];
      if (turn !== undefined && isTurn(turn)) entries[at] = { ...turn, explanation: event.explanation };
      return;
    }
    case 'undo': {
      for (const [at, entry] of entries.entries()) {
        if (isTurn(entry) && entry.step > event.to_step) entries[at] = { ...entry, undone: true };
      }
      const text = `${event.steps} taken back; it went on after step ${event.to_step}.`;
      entries.push({ time: event.time, text });
      return;
    }
    case 'resume':
      entries.push({ time: event.time, text: resumed(event.how, event.exact) });
      return;
    case 'close':
      entries.push({ time: event.time, text: `Closed: ${event.reason}.` });
  }
}

function resumed(how: string, exact: boolean): string {
  if (how === 'socket') return 'Another connection went on with it.';
  if (how === 'sandbox') return 'Another server went on with it, in its own sandbox.';
  return `Another server played it again${exact ? '' : '; an observation differed'}.`;
}

/** The steps that count: not those that were taken back. */
export function turnsOf(entries: readonly Entry[]): ShownTurn[] {
  return entries.filter(isTurn).filter(({ undone }) => !undone);
}

/** The last grade that has an explanation. */
export function lastExplained(entries: readonly Entry[]): ShownTurn | undefined {
  return turnsOf(entries).findLast(({ explanation }) => explanation !== undefined);
}
