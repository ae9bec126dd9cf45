import { z } from 'zod';
import type { EvaluateResult, Observation } from '../../protocol/episode.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { Episode } from '../typescript/episode.ts';
import { columns, print, styled, type Terminal } from './terminal.ts';

/** Show the task, where it runs, and the instruction. */
export function showStart(terminal: Terminal, episode: Episode): void {
  const { task, info } = episode;
  const place = `${info.engine} engine, image ${info.image.name}`;
  print(
    terminal,
    `${styled(terminal, 'bold', task.id)} (${task.dataset} ${task.index}) on ${place}, seed ${info.seed}`,
  );
  print(terminal, `\n${episode.observation.output}\n`);
}

/** Show the output as it is, then notes. */
export function showObservation(terminal: Terminal, observation: Observation): void {
  const { output, exit_code, timed_out, truncated_bytes, rows, row_count } = observation;
  if (output !== '') terminal.output.write(output.endsWith('\n') ? output : `${output}\n`);
  const notes: string[] = [];
  if (typeof exit_code === 'number' && exit_code !== 0) notes.push(`exit status ${exit_code}`);
  if (timed_out === true) notes.push('timed out');
  if (typeof truncated_bytes === 'number' && truncated_bytes > 0) {
    notes.push(`${truncated_bytes} bytes left out`);
  }
  if (typeof row_count === 'number' && Array.isArray(rows) && row_count > rows.length) {
    notes.push(`${rows.length} of ${row_count} rows`);
  }
  if (observation.session_restarted === true) notes.push('session restarted: variables are lost');
  if (notes.length > 0) print(terminal, styled(terminal, 'dim', `[${notes.join(', ')}]`));
}

/** Outcomes of a Python task's tests, if the task shows them. */
const TestOutcomes = z.array(z.looseObject({ name: z.string(), passed: z.boolean() }));

/** Show outcomes of tests, the components and the reward. */
export function showGrade(
  terminal: Terminal,
  grade: Pick<EvaluateResult, 'reward' | 'failure' | 'info'>,
): void {
  if (grade.failure) {
    showFailure(terminal, grade.failure);
    return;
  }
  const { tests, ungraded, feedback } = grade.info;
  const outcomes = TestOutcomes.safeParse(tests).data ?? [];
  for (const { name, passed } of outcomes) {
    print(terminal, styled(terminal, passed ? 'green' : 'red', `  ${passed ? 'passed' : 'failed'}  ${name}`));
  }
  for (const note of [feedback, ungraded]) if (typeof note === 'string') print(terminal, note);
  const components = Object.entries(grade.info.reward_components ?? {});
  const rows = [...components, ['reward', grade.reward] as const].map(([name, value]) => [
    name,
    value === null ? 'none' : value.toFixed(2).padStart(6),
  ]);
  print(terminal, columns(rows));
  if (grade.info.success === true) print(terminal, styled(terminal, 'green', 'solved'));
}

/** Show a fault of the infrastructure. */
export function showFailure(terminal: Terminal, failure: Failure): void {
  const again = failure.retryable ? ' The task may be tried again.' : '';
  const text = `No reward: ${failure.message} (${failure.class}, ${failure.code}).${again}`;
  print(terminal, styled(terminal, 'red', text));
}
