import type { ActionObject } from '../../protocol/action.ts';
import type { Result } from '../../protocol/methods.ts';
import { releasePlay } from '../episode/life.ts';
import type { EpisodePoint } from '../episode/point.ts';
import type { Remade, RemakeOptions } from '../episode/remake.ts';
import { takeTurn } from '../episode/turn.ts';

/** Maximum changes that are told. */
const MOST = 500;

export interface StepChangesParts extends RemakeOptions {
  /** The state before the step. */
  readonly point: EpisodePoint;
  readonly action: ActionObject;
  /** Make a state again. @throws {ProtocolError} */
  readonly remake: (point: EpisodePoint, options: RemakeOptions) => Promise<Remade>;
}

/**
 * The files that one step changes: the steps before it are played again in a fresh sandbox, which is compared before and after it.
 * @throws {ProtocolError} as `remake` @throws {SandboxError} on an infrastructure fault
 */
export async function stepChanges({
  action,
  gate,
  point,
  remake,
  signal,
}: StepChangesParts): Promise<Result<'trajectories/changes'>> {
  const { exact, play } = await remake(point, { gate, signal });
  try {
    await play.sandbox.mark();
    // Without a grade, which could end processes and read files.
    await gate(() => takeTurn(play, action, { mode: 'on_submit', step: point.step + 1 }));
    const { changes, exceeded } = await play.sandbox.diff();
    const told = changes.slice(0, MOST).map(({ kind, path, size, type }) => ({ path, kind, type, size }));
    return { changes: told, complete: exceeded === null && changes.length <= MOST, exact };
  } finally {
    releasePlay(play);
  }
}
