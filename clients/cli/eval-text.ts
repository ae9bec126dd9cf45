import type { RunHead } from '../eval/run-file.ts';
import type { EvalSummary, Share } from '../eval/summary.ts';
import { printable } from './recordings/printable.ts';
import { columns, styled, type Terminal } from './terminal.ts';

export interface EvalFacts {
  readonly summary: EvalSummary;
  readonly ungradable: readonly string[];
  readonly seconds: number;
}

const MOST_TURNS = 20;

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function interval({ value, low, high }: Share): string {
  return `${percent(value)} (95 %: ${percent(low)} to ${percent(high)})`;
}

/** The outcome of an evaluation as a table. */
export function summaryText(
  terminal: Terminal,
  { agent, dataset, environment, samples }: RunHead,
  { seconds, summary, ungradable }: EvalFacts,
): string {
  const failures = Object.entries(summary.failures).map(
    ([reason, count]) => `${printable(reason)} (${count})`,
  );
  const tokens = summary.prompt_tokens + summary.completion_tokens;
  const rows: [string, string][] = [
    ['tasks', `${summary.tasks}${samples === 1 ? '' : `, ${samples} attempts each`}`],
    ['graded', `${summary.graded} of ${summary.attempts} attempts`],
    ['success', summary.success_rate === null ? '-' : interval(summary.success_rate)],
    ['mean reward', summary.mean_reward === null ? '-' : summary.mean_reward.toFixed(4)],
    ...Object.entries(summary.pass_at).map(([k, share]): [string, string] => [`pass@${k}`, interval(share)]),
    ['failures', failures.length === 0 ? 'none' : failures.join(', ')],
    ...(summary.retries === 0 ? [] : [['retries', String(summary.retries)] as [string, string]]),
    ...(ungradable.length === 0
      ? []
      : [['cannot be graded', `${ungradable.length} tasks`] as [string, string]]),
    ...(tokens === 0
      ? []
      : [
          ['tokens', `${summary.prompt_tokens} read, ${summary.completion_tokens} written`] as [
            string,
            string,
          ],
        ]),
    ['time', `${seconds.toFixed(1)} s`],
  ];
  const turns = summary.by_turn
    .slice(0, MOST_TURNS)
    .map(({ turn, reached, success_rate, error_rate }) => [
      ...[String(turn), String(reached), percent(success_rate), percent(error_rate)],
    ]);
  const head = ['turn', 'reached', 'success by then', 'error rate'];
  const title = `${printable(agent)} on ${dataset} (${environment})`;
  const table = turns.length === 0 ? '' : `\n\n${columns([head, ...turns])}`;
  return `${styled(terminal, 'bold', title)}\n${columns(rows)}${table}`;
}
