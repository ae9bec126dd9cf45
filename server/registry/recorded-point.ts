import type { ActionObject } from '../../protocol/action.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { EpisodePoint } from '../episode/point.ts';
import { forkedAt } from '../episode/points.ts';
import { pointOf, type RecordedEpisode, readRecorded } from '../resume/recorded-episode.ts';
import { lastReward, pastUpTo } from '../trajectory/past.ts';

/**
 * A state that a recorded episode was in, whether it has ended or not.
 * @param atStep @default the last step after which it went on
 * @throws {ProtocolError} `trajectory_not_found`, `invalid_params`, `episode_over` for the step that ended it
 */
export async function recordedPoint(path: string, atStep: number | undefined): Promise<EpisodePoint> {
  const recorded = await read(path);
  const { last } = recorded.results;
  const count = last?.step ?? 0;
  const step = forkedAt(atStep, count, last);
  const past = pastUpTo(recorded.past, step, step === count);
  return { ...pointOf(recorded), step, past, pastLines: { path, lines: past }, lastReward: lastReward(past) };
}

/**
 * The action of a step that a recorded episode made, and the state before it.
 * @throws {ProtocolError} `trajectory_not_found`, `invalid_params`
 */
export async function recordedStep(
  path: string,
  step: number,
): Promise<{ readonly point: EpisodePoint; readonly action: ActionObject }> {
  const point = await recordedPoint(path, step - 1);
  const { past } = await read(path);
  const action = past.find((turn) => turn.step === step && turn.action !== null)?.action;
  if (action === undefined || action === null)
    throw new ProtocolError('invalid_params', `step: the episode has no code in a step ${step}`);
  return { point, action };
}

async function read(path: string): Promise<RecordedEpisode> {
  try {
    return await readRecorded(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
    throw new ProtocolError('trajectory_not_found', `The trajectory cannot be read: ${reason}`);
  }
}
