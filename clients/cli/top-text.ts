import type { Result } from '../../protocol/methods.ts';
import type { LiveEpisode } from '../../protocol/operator.ts';
import { inLine } from './recordings/printable.ts';
import { columns, styled, type Terminal } from './terminal.ts';

/** What a server has at a moment. */
export interface Look {
  /** Of a monotonic clock, in milliseconds. */
  readonly at_ms: number;
  readonly episodes: Result<'episodes/list'>;
  /** Numbers of `/metrics`, by name and labels. */
  readonly gauges: Readonly<Record<string, number>>;
}

/** Lines above the list of episodes, and rows of a terminal that does not tell its own. */
const HEAD_LINES = 7;
const DEFAULT_ROWS = 24;

/** The sum of a metric over its labels. */
function sumOf({ gauges }: Look, name: string): number {
  return Object.entries(gauges)
    .filter(([key]) => key === name || key.startsWith(`${name}{`))
    .reduce((sum, [, value]) => sum + value, 0);
}

/** Counts of a metric by one of its labels, e.g. `ready 4, leased 2`. */
function byLabel({ gauges }: Look, name: string, label: string): string {
  const found = Object.entries(gauges).flatMap(([key, value]) => {
    const [, text] = new RegExp(`^${name}\\{.*\\b${label}="([^"]*)"`).exec(key) ?? [];
    return text === undefined || value === 0 ? [] : [`${inLine(text, 40)} ${value}`];
  });
  return found.length === 0 ? 'none' : found.join(', ');
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** A server at a moment. @param before an earlier look, for what happens per second; `null` if there is none */
export function topText(terminal: Terminal, look: Look, before: Look | null): string {
  const { episodes, total } = look.episodes;
  const perSecond = (name: string): string => {
    if (before === null) return '-';
    return ((1000 * (sumOf(look, name) - sumOf(before, name))) / (look.at_ms - before.at_ms)).toFixed(1);
  };
  const steps = sumOf(look, 'stepwell_step_seconds_count');
  const mean =
    steps === 0 ? '-' : `${((1000 * sumOf(look, 'stepwell_step_seconds_sum')) / steps).toFixed(1)} ms`;
  const head = columns(
    [
      ['episodes', `${total} open; ended: ${byLabel(look, 'stepwell_episodes_total', 'outcome')}`],
      ['steps', `${steps} so far, ${perSecond('stepwell_step_seconds_count')} per second, mean ${mean}`],
      ['sandboxes', byLabel(look, 'stepwell_sandboxes', 'state')],
      ['waiting', `${sumOf(look, 'stepwell_queue_length')} requests`],
      ['failures', byLabel(look, 'stepwell_failures_total', 'code')],
    ],
    '',
  );
  const rows = 'rows' in terminal.output ? Number(terminal.output.rows) : DEFAULT_ROWS;
  const most = terminal.interactive
    ? Math.max(3, (rows > 0 ? rows : DEFAULT_ROWS) - HEAD_LINES - 2)
    : episodes.length;
  const list = columns(
    [
      ['episode', 'environment', 'task', 'status', 'steps', 'reward', 'age', 'tags'],
      ...episodes.slice(0, most).map(line),
    ],
    '',
  );
  const more = total > most ? `\n… and ${total - most} more` : '';
  return `${head}\n\n${total === 0 ? styled(terminal, 'dim', 'no open episodes') : `${list}${more}`}\n`;
}

function line({
  age_ms,
  environment,
  episode_id,
  last_reward,
  status,
  step_count,
  tags,
  task,
}: LiveEpisode): string[] {
  return [
    inLine(episode_id, 36),
    environment,
    inLine(task.id, 32),
    status,
    String(step_count),
    last_reward?.toFixed(3) ?? '-',
    duration(age_ms),
    tags.join(', '),
  ];
}
