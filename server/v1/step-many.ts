import type { StepParams, StepResult } from '../../protocol/episode.ts';
import type { ResultNote, StepManyParams, StepManyResult } from '../../protocol/many.ts';
import { allInTurns } from './begin-in-turns.ts';
import { clientError, errorObject, type RpcCaller } from './json-rpc.ts';
import type { Notifier } from './notifier.ts';

export interface StepManyParts {
  readonly caller: RpcCaller;
  /** Make one step. */
  readonly step: (params: StepParams) => Promise<StepResult>;
  readonly notifier: Notifier;
  /** Called when a result has been sent, or dropped. */
  readonly onWritten: (result: StepResult) => void;
  /** Called when the outcome of a step is on its way. */
  readonly onSettled: () => void;
  /** Takes an error that is a fault of the server. */
  readonly onFault: (error: unknown) => void;
}

/** Make steps of many episodes at the same time, and send each outcome as it comes. */
export async function stepMany({ steps }: StepManyParams, parts: StepManyParts): Promise<StepManyResult> {
  const begin = (params: StepParams, index: number) => one(params, index, parts).finally(parts.onSettled);
  // Later requests for these episodes come after these steps.
  const outcomes = await allInTurns(steps, begin, (begun) => parts.caller.hold(begun));
  const done = outcomes.filter((made) => made).length;
  return { done, failed: steps.length - done };
}

/** @returns whether the step has a result; never rejects */
async function one(params: StepParams, index: number, parts: StepManyParts): Promise<boolean> {
  const { caller, notifier, onFault, onWritten } = parts;
  const { id } = caller;
  const { episode_id } = params;
  const tell = async (outcome: Pick<ResultNote, 'result' | 'error'>): Promise<void> => {
    if (id === undefined) return;
    const note = { request_id: id, index, episode_id, ...outcome };
    // It fails if the client has gone, or does not read while the server shuts down. The step was made.
    await notifier.send('episode/result', note).catch(() => {});
  };
  let result: StepResult;
  try {
    result = await parts.step(params);
  } catch (error) {
    await tell({ error: errorObject(clientError(error, onFault)) });
    return false;
  }
  await tell({ result });
  onWritten(result);
  return true;
}
