import { z } from 'zod';
import type { Sandbox } from '../../docker/sandbox.ts';
import { ActionObject } from '../../protocol/action.ts';

/** A turn that was in progress when its server was killed. `step` 0: a grade between steps. */
export const TurnNote = z.object({ step: z.int().min(0), action: ActionObject });
export type TurnNote = z.infer<typeof TurnNote>;

/** Maximum code and input of an action that is noted, in characters. Without a note the turn is played again. */
const MAX_NOTED = 1_048_576;

/** Tell the sandbox which turn its next calls belong to, so that the next server can finish it. */
export function noteTurn(sandbox: Sandbox, step: number, action: ActionObject): void {
  if (sandbox.reference === undefined || sandbox.note === undefined) return;
  const length = 'code' in action ? action.code.length + (action.stdin?.length ?? 0) : 0;
  sandbox.note(JSON.stringify(length > MAX_NOTED ? { step } : { step, action }));
}

/** @throws {Error} if the note does not tell the whole turn */
export function turnNoted(note: string): TurnNote {
  return TurnNote.parse(JSON.parse(note));
}
