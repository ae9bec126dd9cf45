import type { StepResult } from '../../protocol/episode.ts';

/** Facts of an observation that a model should read besides the output. */
function notesOf({ observation, reward, terminated, truncated, info }: StepResult): string[] {
  const { exit_code: exitCode, timed_out: timedOut, truncated_bytes: leftOut } = observation;
  return [
    ...(typeof exitCode === 'number' && exitCode !== 0 ? [`exit code ${exitCode}`] : []),
    ...(timedOut === true ? ['stopped at its deadline'] : []),
    ...(typeof leftOut === 'number' && leftOut > 0 ? [`${leftOut} bytes of output left out`] : []),
    ...(reward === null ? [] : [`reward ${reward}`]),
    ...(info.ungraded === undefined ? [] : [`not graded: ${info.ungraded}`]),
    ...(info.limit === undefined ? [] : [`the limit of ${info.limit} is reached`]),
    ...(terminated || truncated ? ['the episode is over'] : []),
  ];
}

function withNotes(text: string, notes: readonly string[]): string {
  if (notes.length === 0) return text === '' ? '(no output)' : text;
  const between = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${between}[${notes.join('; ')}]`;
}

/** The text of a step for a model. */
export function stepText(result: StepResult): string {
  const { failure, observation } = result;
  if (failure === null) return withNotes(observation.output, notesOf(result));
  return `${failure.message} (${failure.code}) The episode is over without a reward.`;
}
