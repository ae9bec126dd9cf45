import type { Ungradable, UngradableKind } from '../protocol/environment.ts';
import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';

/** Kinds of tasks that no reset can play, with any options. */
const UNPLAYABLE: ReadonlySet<UngradableKind> = new Set(['cannot_begin']);
/** InterCode gives a reward for every gold that ends, even if the reward is meaningless. */
const UNGRADABLE_BY_INTERCODE: ReadonlySet<UngradableKind> = new Set(['cannot_begin', 'gold_never_ends']);

/** `semantics` is an option of environments that have several. */
interface Asked extends Pick<ResetOptions, 'include_ungradable'> {
  readonly semantics?: unknown;
}

/** Whether a seed may choose a task with this mark. */
export function isDrawn(mark: Ungradable | undefined, { semantics, include_ungradable }: Asked): boolean {
  if (mark === undefined) return true;
  if (include_ungradable === true) return !UNPLAYABLE.has(mark.kind);
  return semantics === 'intercode' && !UNGRADABLE_BY_INTERCODE.has(mark.kind);
}

/** Whether a reset may name a task with this mark. */
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
