/** The lines of an episode's trajectory after its reset, each of the present time. */

import type { Action } from '../../protocol/action.ts';
import type { EvaluateResult, StepResult } from '../../protocol/episode.ts';
import type { Explanation } from '../../protocol/explanation.ts';
import type {
  CloseEvent,
  EndReason,
  EvaluateEvent,
  ExplanationEvent,
  LimitEvent,
  ResumeEvent,
  StepEvent,
  UndoEvent,
} from '../../protocol/trajectory.ts';

export function stepEvent(action: Action, result: StepResult, sha256: string): StepEvent {
  const { step, observation, reward, terminated, truncated, failure, info } = result;
  return {
    event: 'step',
    time: now(),
    action,
    // One by one: a spread among other fields takes a slow path in V8.
    step,
    observation,
    reward,
    terminated,
    truncated,
    failure,
    info,
    observation_sha256: sha256,
  };
}

export function evaluateEvent(afterStep: number, result: EvaluateResult): EvaluateEvent {
  return { event: 'evaluate', time: now(), after_step: afterStep, ...result };
}

/** The time of the episode is over. */
export function limitEvent(afterStep: number, { reward, failure, info }: StepResult): LimitEvent {
  return { event: 'limit', time: now(), after_step: afterStep, reward, failure, info };
}

export function explanationEvent(afterStep: number, explanation: Explanation): ExplanationEvent {
  return { event: 'explanation', time: now(), after_step: afterStep, explanation };
}

/** Another connection has the episode now. */
export function resumeEvent(afterStep: number, exact: boolean): ResumeEvent {
  return { event: 'resume', time: now(), after_step: afterStep, how: 'socket', exact };
}

export function undoEvent(facts: Omit<UndoEvent, 'event' | 'time'>): UndoEvent {
  return { event: 'undo', time: now(), ...facts };
}

export function closeEvent(reason: EndReason, steps: number): CloseEvent {
  return { event: 'close', time: now(), reason, steps };
}

function now(): string {
  return new Date().toISOString();
}
