import type { ActionObject } from '../../../protocol/action.ts';

/** Equal for actions that do the same: without what clients note beside them. */
export function canonicalAction(action: ActionObject | null): string {
  if (action === null) return '';
  const { metadata: _, ...rest } = action;
  return JSON.stringify(Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1)));
}
