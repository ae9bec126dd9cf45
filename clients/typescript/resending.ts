import type { MethodName } from '../../protocol/methods.ts';
import type { Call } from './pending-call.ts';

/** Methods that may be sent twice. Episodes of a reset or fork whose answer was lost on its way end with their grace time. */
const REPEATED: ReadonlySet<MethodName> = new Set([
  'environments/list',
  'tasks/list',
  'episode/evaluate',
  'episode/state',
  'episode/resume',
  'episode/reset_many',
  'episode/fork',
  'episode/close',
] as const);

/** What becomes of a call whose socket is lost: whether it is sent again, and which episode must be resumed before. */
export function resendingOf(
  method: MethodName,
  params: object,
): Pick<Call, 'repeat'> & { readonly episodeId: string | null } {
  const { episode_id, step }: { readonly episode_id?: string; readonly step?: number } = params;
  switch (method) {
    // An episode that the reset names may be open already. Before it is, there is none to resume.
    case 'episode/reset':
      return { episodeId: null, repeat: episode_id === undefined };
    // The server runs a step with a number once.
    case 'episode/step':
      return { episodeId: episode_id ?? null, repeat: step !== undefined };
    default:
      return { episodeId: episode_id ?? null, repeat: REPEATED.has(method) };
  }
}
