import type { Ungradable } from '../../protocol/environment.ts';
import type { StepResult } from '../../protocol/episode.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { StepwellError, TaskUngradableError } from '../typescript/errors.ts';
import { submitToEnd } from '../typescript/submit-to-end.ts';

/** A task and the action that solves it. */
export interface TriedTask {
  readonly environment: string;
  readonly dataset: string;
  readonly index: number;
  readonly gold: string;
  /** Whether the gold is a step before the submit, or the answer of the submit. */
  readonly as: 'step' | 'answer';
}

/** Whether a task can be graded, or the fault that prevented the trial. */
export type Trial =
  | { readonly ungradable: Ungradable | null; readonly fault: null }
  | { readonly ungradable: null; readonly fault: string };

/** Deadline of a gold, in milliseconds. */
const GOLD_MS = 45_000;
/** Maximum number of tries of a gold without the full reward: it may depend on the time of day. */
const GOLD_TRIES = 2;
/** Maximum number of tries of a task after faults. */
const FAULT_TRIES = 3;

/** Try a task: an episode that does nothing must get 0, one that plays the gold must succeed. */
export async function tryTask(client: StepwellClient, task: TriedTask): Promise<Trial> {
  let fault = '';
  for (let attempt = 0; attempt < FAULT_TRIES; attempt += 1) {
    try {
      return { ungradable: await trialOf(client, task), fault: null };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fault = error.message;
    }
  }
  return { ungradable: null, fault };
}

/** A fault that another attempt may not meet. */
class Fault extends Error {
  override readonly name = 'Fault';
}

async function trialOf(client: StepwellClient, task: TriedTask): Promise<Ungradable | null> {
  const idle = await ended(client, task, (episode) => submitToEnd(episode));
  if ('kind' in idle) return idle;
  if (idle.reward !== 0) {
    return { kind: 'no_op_wins', reason: `An episode that does nothing gets ${idle.reward}.` };
  }
  let reward: number | null = null;
  for (let attempt = 0; attempt < GOLD_TRIES; attempt += 1) {
    const solved = await ended(client, task, async (episode) => {
      if (task.as === 'answer') return submitToEnd(episode, task.gold);
      const step = await episode.step({ code: task.gold, timeout_ms: GOLD_MS });
      if (step.failure !== null || step.truncated) return step;
      return submitToEnd(episode);
    });
    if ('kind' in solved) return solved;
    if (solved.info.success === true) return null;
    reward = solved.reward;
  }
  return { kind: 'gold_fails', reason: `The gold itself gets ${reward}.` };
}

/** The end of an episode, or why the task cannot be graded. @throws {Fault} */
async function ended(
  client: StepwellClient,
  task: TriedTask,
  play: (episode: Episode) => Promise<StepResult>,
): Promise<StepResult | Ungradable> {
  const { environment, dataset, index } = task;
  try {
    await using episode = await client.reset({ environment, dataset, task: index, reward: 'on_submit' });
    const result = await play(episode);
    if (result.failure !== null) throw new Fault(result.failure.message);
    if (result.reward !== null) return result;
    // The server has found the reason and marks the task.
    const { tasks } = await client.tasks({ environment, dataset, offset: index, limit: 1 });
    const reason = result.info.ungraded ?? 'It has no reward.';
    return tasks[0]?.ungradable ?? { kind: 'gold_fails', reason };
  } catch (error) {
    if (error instanceof TaskUngradableError) return markOf(error);
    if (error instanceof StepwellError) throw new Fault(error.message, { cause: error });
    throw error;
  }
}

function markOf({ details, message }: TaskUngradableError): Ungradable {
  const { kind, reason } = details;
  return {
    kind: kind as Ungradable['kind'],
    reason: typeof reason === 'string' ? reason : message,
  };
}
