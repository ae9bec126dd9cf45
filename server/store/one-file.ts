import { basename } from 'node:path';
import type { TrajectoriesReadParams, TrajectoriesReadResult } from '../../protocol/operator.ts';
import { eventPage } from './events.ts';
import { FileSummary } from './file-summary.ts';

/**
 * A page of a trajectory file that need not be in a folder of trajectories. Nothing is written beside it.
 * @throws {Error} if it cannot be read, or is no trajectory that this program reads
 */
export async function readFilePage(
  path: string,
  { from = 0, limit = 200 }: Pick<TrajectoriesReadParams, 'from' | 'limit'>,
): Promise<TrajectoriesReadResult> {
  const file = new FileSummary(path);
  const summary = await file.read();
  if (summary === undefined) throw new Error('it has no complete line');
  const { turns: _, instruction: __, ...shown } = summary;
  const { reset, events, next, count } = await eventPage(path, from, limit);
  const trajectory = { path: basename(path), ...shown, bytes: file.bytes };
  return { trajectory, reset, events: [...events], next, count };
}
