import type { Command } from 'commander';
import type { TrajectoriesStatsParams, TrajectorySummary } from '../../protocol/operator.ts';
import type { Cli } from './cli.ts';
import { choice, integer } from './flags.ts';
import { aligned } from './recordings/differences.ts';
import { addFilterFlags, type FilterFlags, filterOf } from './recordings/filter-flags.ts';
import { inLine, printable } from './recordings/printable.ts';
import { addSourceFlags, openSource, type SourceFlags, wholeRecording } from './recordings/source.ts';
import { statsText } from './recordings/stats-text.ts';
import { declareCommand as declareShow } from './show.ts';
import { columns, EXIT, print, styled, type Terminal } from './terminal.ts';
import { addExport } from './trajectories-export.ts';
import { addPrune } from './trajectories-prune.ts';

interface ListFlags extends SourceFlags, FilterFlags {
  readonly order?: 'newest' | 'oldest' | 'reward';
  readonly limit?: number;
  readonly json?: boolean;
}

interface StatsFlags extends SourceFlags, FilterFlags {
  readonly by?: TrajectoriesStatsParams['by'];
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 50;
const PAGE = 500;

/** `stepwell trajectories list`, `show`, `stats`, `diff`, `export` and `prune`. */
export function declareCommand(command: Command, cli: Cli): void {
  const list = command
    .command('list', { isDefault: true })
    .description('list recorded episodes')
    .addOption(choice('--order', ['newest', 'oldest', 'reward'], 'which come first (default: newest)'))
    .option('--limit <number>', `how many (default: ${DEFAULT_LIMIT})`, integer(1))
    .option('--json', 'print JSON');
  addFilterFlags(list);
  addSourceFlags(list);
  list.action((flags: ListFlags) => listTrajectories(cli.terminal, flags));
  declareShow(
    command.command('show').description('show a recorded episode; the same as `stepwell show`'),
    cli,
  );
  const stats = command
    .command('stats')
    .description('success, rewards, errors and failures, by turn')
    .addOption(choice('--by', ['tag', 'task', 'environment', 'dataset', 'none'], 'group by (default: none)'))
    .option('--json', 'print JSON');
  addFilterFlags(stats);
  addSourceFlags(stats);
  stats.action(async ({ by, json, ...flags }: StatsFlags) => {
    await using source = await openSource(cli.terminal, flags);
    const found = await source.stats({ ...filterOf(flags), by });
    print(cli.terminal, json ? JSON.stringify(found, null, 2) : statsText(cli.terminal, found.groups));
  });
  const diff = command
    .command('diff')
    .description('compare two recorded episodes step by step')
    .argument('<one>', 'a trajectory file, its path in the folder, or the id of an episode')
    .argument('<other>', 'another one')
    .option('--json', 'print JSON');
  addSourceFlags(diff);
  diff.action(async (one: string, other: string, flags: SourceFlags & { readonly json?: boolean }) => {
    const [left, right] = [
      await wholeRecording(cli.terminal, flags, one),
      await wholeRecording(cli.terminal, flags, other),
    ];
    const steps = aligned(left, right);
    const first = steps.find(({ differs }) => differs.length > 0)?.step ?? null;
    cli.exit(first === null ? EXIT.ok : EXIT.bad);
    if (flags.json) {
      const facts = { left: left.trajectory, right: right.trajectory, first_difference: first, steps };
      return print(cli.terminal, JSON.stringify(facts, null, 2));
    }
    showDifferences(cli.terminal, [left.trajectory, right.trajectory], steps);
  });
  addExport(command, cli);
  addPrune(command, cli);
}

async function listTrajectories(terminal: Terminal, flags: ListFlags): Promise<void> {
  const { order, limit = DEFAULT_LIMIT, json } = flags;
  await using source = await openSource(terminal, flags);
  const found: TrajectorySummary[] = [];
  let total = 0;
  for (let cursor: string | undefined; found.length < limit; ) {
    const most = Math.min(PAGE, limit - found.length);
    const page = await source.list({ ...filterOf(flags), order, limit: most, cursor });
    found.push(...page.trajectories);
    total = page.total;
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  if (json) return print(terminal, JSON.stringify({ total, trajectories: found }, null, 2));
  const rows = found.map((one) => [
    one.begun.slice(0, 16).replace('T', ' '),
    inLine(one.episode_id, 36),
    one.environment,
    inLine(one.task, 40),
    `${one.steps} step${one.steps === 1 ? '' : 's'}`,
    rewardText(one),
    one.end ?? 'open',
    one.tags.join(', '),
  ]);
  if (rows.length > 0) print(terminal, columns(rows, ''));
  const more = found.length < total ? '; --limit shows more' : '';
  print(terminal, `\n${found.length} of ${total} trajectories${more}`);
}

function rewardText({ failure, reward, success }: TrajectorySummary): string {
  if (failure !== null) return printable(failure);
  if (reward === null) return 'no reward';
  return `${reward.toFixed(3)}${success ? ' success' : ''}`;
}

function showDifferences(
  terminal: Terminal,
  sides: readonly [TrajectorySummary, TrajectorySummary],
  steps: ReturnType<typeof aligned>,
): void {
  for (const [at, one] of sides.entries()) {
    print(terminal, `${at === 0 ? '-' : '+'} ${one.path}: ${inLine(one.task, 60)}, ${rewardText(one)}`);
  }
  let isFirst = true;
  for (const { step, left, right, differs } of steps) {
    if (differs.length === 0) {
      print(terminal, styled(terminal, 'dim', `  step ${step}: the same: ${inLine(left?.action ?? '', 60)}`));
      continue;
    }
    const mark = isFirst ? styled(terminal, 'yellow', ' ← first difference') : '';
    isFirst = false;
    print(terminal, `\n  step ${step}: ${differs.join(', ')}${mark}`);
    for (const part of ['action', 'output'] as const) {
      if (!differs.includes(part)) continue;
      for (const [sign, style, side] of [
        ['-', 'red', left],
        ['+', 'green', right],
      ] as const) {
        if (side === null) continue;
        const lines = printable(side[part]).trimEnd().split('\n').slice(0, 40);
        print(terminal, lines.map((line) => styled(terminal, style, `  ${sign} ${line}`)).join('\n'));
      }
    }
    if (differs.includes('reward')) {
      print(terminal, `    reward ${left?.reward ?? 'none'} against ${right?.reward ?? 'none'}`);
    }
  }
  if (isFirst) print(terminal, styled(terminal, 'green', '\nthe same'));
}
