import { STEPWELL_VERSION } from '../../../protocol/version.ts';
import { actionText, type RecordedStep, type Recording } from './recording.ts';

/** The version of Harbor's format that is written. */
const SCHEMA = 'ATIF-v1.7';

/** An episode in Harbor's Agent Trajectory Interchange Format: the instruction, then a step of the agent for each action. */
export function atif(recording: Recording): Record<string, unknown> {
  const { reset, steps, summary } = recording;
  return {
    schema_version: SCHEMA,
    session_id: summary.episode_id,
    trajectory_id: summary.path,
    agent: { name: 'stepwell', version: STEPWELL_VERSION },
    steps: [
      { step_id: 1, timestamp: reset.time, source: 'user', message: reset.observation.output },
      ...steps.map((step, at) => agentStep(step, at + 2)),
    ],
    final_metrics: {
      total_steps: steps.length + 1,
      extra: { reward: summary.reward, success: summary.success, failure: summary.failure },
    },
    extra: {
      environment: summary.environment,
      dataset: summary.dataset,
      task: summary.task,
      seed: summary.seed,
      tags: summary.tags,
    },
  };
}

function agentStep({ action, observation, reward, time }: RecordedStep, number: number) {
  const id = `call_${number}`;
  const { metadata: _, ...given } = action;
  return {
    step_id: number,
    timestamp: time,
    source: 'agent',
    message: actionText(action),
    tool_calls: [{ tool_call_id: id, function_name: nameOf(action), arguments: given }],
    observation: { results: [{ source_call_id: id, content: observation.output }] },
    ...(reward === null ? {} : { extra: { reward } }),
  };
}

function nameOf(action: RecordedStep['action']): string {
  if ('code' in action) return 'run';
  return 'submit' in action
    ? 'submit'
    : 'extend' in action
      ? 'extend'
      : 'skip' in action
        ? 'skip'
        : 'evaluate';
}
