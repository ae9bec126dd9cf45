import { type ActionObject, parseAction } from '../../../protocol/action.ts';
import type { Observation } from '../../../protocol/episode.ts';
import type { Explanation } from '../../../protocol/explanation.ts';
import type { TrajectorySummary } from '../../../protocol/operator.ts';
import type { ResetEvent, StepEvent, TrajectoryEvent } from '../../../protocol/trajectory.ts';
import { eventPage } from '../events.ts';

/** A step that counts: it was not taken back. */
export interface RecordedStep {
  readonly time: string;
  readonly action: ActionObject;
  readonly observation: Observation;
  readonly reward: number | null;
  readonly failed: boolean;
  readonly info: StepEvent['info'];
}

/** An episode, read from its trajectory. */
export interface Recording {
  readonly summary: TrajectorySummary;
  readonly reset: ResetEvent;
  readonly steps: readonly RecordedStep[];
  /** Of the last grade that has one. */
  readonly explanation: Explanation | null;
}

/** @throws {Error} if the file cannot be read */
export async function readRecording(path: string, summary: TrajectorySummary): Promise<Recording> {
  const steps: RecordedStep[] = [];
  let explanation: Explanation | null = null;
  let reset: ResetEvent | undefined;
  for (let from: number | null = 0; from !== null; ) {
    const page = await eventPage(path, from, Number.POSITIVE_INFINITY);
    reset = page.reset;
    for (const event of page.events) {
      take(event, steps);
      if (event.event === 'explanation') explanation = event.explanation;
    }
    from = page.next;
  }
  if (reset === undefined) throw new Error(`${path} has no reset`);
  return { summary, reset, steps, explanation };
}

function take(event: TrajectoryEvent, steps: RecordedStep[]): void {
  if (event.event === 'undo') steps.length = Math.min(steps.length, event.to_step);
  if (event.event !== 'step') return;
  const { action, failure, info, observation, reward, step, time } = event;
  steps.length = Math.min(steps.length, step - 1);
  steps.push({ time, action: parseAction(action), observation, reward, failed: failure !== null, info });
}

/** An action as a model writes it: the code, or one of the words that the protocol reads. */
export function actionText(action: ActionObject): string {
  if ('code' in action) return action.code;
  if ('submit' in action) return action.answer === undefined ? 'submit' : `submit ${action.answer}`;
  if ('extend' in action) return `extend ${action.extend}`;
  return 'skip' in action ? 'skip' : 'evaluate';
}
