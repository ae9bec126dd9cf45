import type { GroupStats } from '../../../protocol/operator.ts';
import { columns, styled, type Terminal } from '../terminal.ts';
import { inLine } from './printable.ts';

const MOST_TURNS = 20;

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(1)} %`;
}

/** Statistics of groups for a person, as InterCode's experiments print them. */
export function statsText(terminal: Terminal, groups: readonly GroupStats[]): string {
  if (groups.length === 0) return 'no trajectories';
  const head = ['group', 'episodes', 'graded', 'success', 'mean reward', 'mean steps', 'failures'];
  const rows = groups.map((group) => [
    inLine(group.key, 50) || (groups.length === 1 ? 'all' : 'none'),
    String(group.count),
    String(group.graded),
    percent(group.success_rate),
    group.mean_reward?.toFixed(3) ?? '-',
    group.mean_steps?.toFixed(2) ?? '-',
    Object.entries(group.failures)
      .map(([code, count]) => `${inLine(code, 30)} ${count}`)
      .join(', ') || 'none',
  ]);
  const [only] = groups.length === 1 ? groups : [];
  const turns = only === undefined ? '' : `\n\n${turnsText(terminal, only)}`;
  return `${columns([head, ...rows], '')}${turns}`;
}

function turnsText(terminal: Terminal, { by_turn }: GroupStats): string {
  const head = ['turn', 'reached', 'success by then', 'error rate', 'best reward so far'];
  const rows = by_turn
    .slice(0, MOST_TURNS)
    .map(({ turn, reached, success_rate, error_rate, mean_reward }) => [
      String(turn),
      String(reached),
      percent(success_rate),
      percent(error_rate),
      mean_reward.toFixed(3),
    ]);
  return `${styled(terminal, 'bold', 'By turn')}\n${columns([head, ...rows], '')}`;
}
