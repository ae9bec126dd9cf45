import type { Explanation } from '../../../protocol/explanation.ts';
import type { StepEvent, TrajectoryEvent } from '../../../protocol/trajectory.ts';
import { styled, type Terminal } from '../terminal.ts';
import { explanationText } from './explanation-text.ts';
import { printable } from './printable.ts';
import type { WholeRecording } from './source.ts';

export interface EpisodeTextOptions {
  /** Whether explanations are shown. */
  readonly explains: boolean;
}

/** A recorded episode for a person: its instruction, then each step with its code, output and reward. */
export function episodeText(
  terminal: Terminal,
  { events, reset, trajectory }: WholeRecording,
  { explains }: EpisodeTextOptions,
): string {
  const { dataset, end, environment, failure, seed, tags, task } = trajectory;
  const facts = [
    ['trajectory', trajectory.path],
    ['begun', trajectory.begun],
    ['engine', `${reset.info.engine}, image ${reset.info.image.name}, seed ${seed}`],
    ['tags', tags.join(', ')],
    ['options', JSON.stringify(reset.options)],
    ['end', `${end ?? 'none'}${trajectory.limit === null ? '' : `, limit of ${trajectory.limit}`}`],
    ['failure', failure ?? ''],
  ].flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${printable(String(value))}`]));
  return [
    styled(
      terminal,
      'bold',
      `${printable(task)} (${environment}, ${dataset})  ${rewardText(trajectory.reward)}`,
    ),
    styled(terminal, 'dim', facts.join('\n')),
    `\n${printable(reset.observation.output)}`,
    ...events.map((event) => eventText(terminal, event, explains)).filter((text) => text !== ''),
    '',
  ].join('\n');
}

function rewardText(reward: number | null): string {
  return reward === null ? 'no reward' : `reward ${reward.toFixed(3)}`;
}

function eventText(terminal: Terminal, event: TrajectoryEvent, explains: boolean): string {
  switch (event.event) {
    case 'step':
      return stepText(terminal, event);
    case 'evaluate':
    case 'limit': {
      const what = event.event === 'limit' ? 'the time is over' : 'grade';
      return rule(terminal, `${what} after step ${event.after_step}`, rewardText(event.reward));
    }
    case 'undo':
      return rule(terminal, `undo of ${event.steps} steps`, `on after step ${event.to_step} (${event.how})`);
    case 'resume':
      return rule(terminal, 'resumed', event.how);
    case 'explanation':
      return explains ? explained(terminal, event.explanation) : '';
    case 'close':
      return rule(terminal, 'end', event.reason);
    default:
      return '';
  }
}

function explained(terminal: Terminal, explanation: Explanation): string {
  return `\n${styled(terminal, 'bold', 'Why')}\n${explanationText(terminal, explanation)}`;
}

function rule(terminal: Terminal, ...parts: readonly string[]): string {
  return `\n${styled(terminal, 'dim', `── ${parts.join(' · ')}`)}`;
}

/** The action of a step as it is typed. */
export function typed(action: StepEvent['action']): string {
  if (typeof action === 'string') return action;
  if ('code' in action)
    return action.stdin === undefined ? action.code : `${action.code}\n[stdin] ${action.stdin}`;
  if ('submit' in action) return action.answer === undefined ? 'submit' : `submit ${action.answer}`;
  if ('extend' in action) return `extend ${action.extend}`;
  return 'skip' in action ? 'skip' : 'evaluate';
}

function stepText(
  terminal: Terminal,
  { action, failure, info, observation, reward, step }: StepEvent,
): string {
  const { exit_code: status, output, timed_out: late } = observation;
  const facts = [
    `step ${step}`,
    `${info.duration_ms.toFixed(1)} ms`,
    ...(typeof status === 'number' && status !== 0 ? [`exit status ${status}`] : []),
    ...(late === true ? ['timed out'] : []),
    ...(info.limit === undefined ? [] : [`limit of ${info.limit}`]),
    ...(reward === null ? [] : [`reward ${reward.toFixed(3)}${info.success === true ? ', success' : ''}`]),
    ...(info.grade_ms ? [`graded in ${info.grade_ms.toFixed(1)} ms`] : []),
  ];
  const code = printable(typed(action))
    .split('\n')
    .map((line) => styled(terminal, 'bold', `> ${line}`));
  return [
    rule(terminal, ...facts),
    ...code,
    ...(output === '' ? [] : [printable(output).replace(/\n$/, '')]),
    ...(failure === null ? [] : [styled(terminal, 'red', `${failure.code}: ${printable(failure.message)}`)]),
  ].join('\n');
}
