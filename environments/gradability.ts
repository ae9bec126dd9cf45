import type { Ungradable, UngradableKind } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';

/** What no reset can play, whatever it asks for. */
const UNPLAYABLE: ReadonlySet<UngradableKind> = new Set(['cannot_begin']);
/** InterCode gives a number for every gold that comes to an end, also where that number means nothing. */
const UNGRADABLE_BY_INTERCODE: ReadonlySet<UngradableKind> = new Set(['cannot_begin', 'gold_never_ends']);

/** `semantics` is an option of environments that have several. */
interface Asked extends Pick<ResetOptions, 'include_ungradable'> {
  readonly semantics?: unknown;
}

/** Whether a seed may name a task with this mark. */
export function isDrawn(mark: Ungradable | undefined, { semantics, include_ungradable }: Asked): boolean {
  if (mark === undefined) return true;
  if (include_ungradable === true) return !UNPLAYABLE.has(mark.kind);
  return semantics === 'intercode' && !UNGRADABLE_BY_INTERCODE.has(mark.kind);
}

/** Whether a reset that names a task with this mark gets it. */
export function isPlayed(mark: Ungradable | undefined, { semantics, include_ungradable }: Asked): boolean {
  if (mark === undefined) return true;
  return !UNPLAYABLE.has(mark.kind) && (include_ungradable === true || semantics === 'intercode');
}

/** The refusal of a task that cannot be graded. */
export function ungradableError({ id, dataset }: TaskName, { kind, reason }: Ungradable): ProtocolError {
  const message = `Task ${id} of dataset ${dataset} cannot be graded: ${reason}`;
  return new ProtocolError('task_ungradable', message, { kind, reason, dataset, task: id });
}

interface TaskName {
  readonly id: string;
  readonly dataset: string;
}
