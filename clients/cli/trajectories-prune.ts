import { rm } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { TrajectorySummary } from '../../protocol/operator.ts';
import { KEEP, keepRule } from '../../server/config/keep-rule.ts';
import type { TrajectoryStore } from '../../server/store/store.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { addFilterFlags, type FilterFlags, filterOf } from './recordings/filter-flags.ts';
import { openStore } from './recordings/source.ts';
import { print } from './terminal.ts';

interface PruneFlags extends FilterFlags {
  readonly folder?: string;
  readonly keep?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const MIB = 2 ** 20;

/** `stepwell trajectories prune`: remove recorded episodes. Those that are open stay. */
export function addPrune(trajectories: Command, cli: Cli): void {
  const command = trajectories
    .command('prune')
    .description('remove recorded episodes that have ended; without --yes it only says which')
    .option('--keep <rule>', 'keep the newest of them: 30d, 20GiB or both (30d,20GiB)', ruleOf)
    .option('--yes', 'remove them')
    .option(
      '--folder <path>',
      'folder of trajectories (default: $STEPWELL_TRAJECTORIES, or that of the state folder)',
    )
    .option('--json', 'print JSON');
  addFilterFlags(command);
  command.action(async (flags: PruneFlags) => {
    const filter = filterOf(flags);
    const isChosen = flags.keep !== undefined || Object.values(filter).some((value) => value !== undefined);
    if (!isChosen)
      throw new CommandError(
        'prune: say which: --keep 30d, or a filter such as --failure or --until 2026-01-01',
      );
    const store = await openStore(cli.terminal, flags);
    try {
      const removed: TrajectorySummary[] = [];
      for (const one of await chosen(store, flags)) {
        if (flags.yes) await rm(store.pathOf(one), { force: true });
        removed.push(one);
      }
      if (flags.yes) await store.update();
      show(cli, flags, removed);
    } finally {
      store.close();
    }
  });
}

async function chosen(store: TrajectoryStore, flags: PruneFlags): Promise<TrajectorySummary[]> {
  const found: TrajectorySummary[] = [];
  for await (const one of store.each({ ...filterOf(flags), open: false })) found.push(one);
  const { maxAgeMs, maxBytes } = keepRule(flags.keep ?? 'none');
  if (flags.keep === undefined) return found;
  const now = Date.now();
  let bytes = found.reduce((sum, one) => sum + one.bytes, 0);
  // The oldest come first.
  return found.filter((one) => {
    const isOld = maxAgeMs !== undefined && now - Date.parse(one.last) > maxAgeMs;
    const isTooMuch = maxBytes !== undefined && bytes > maxBytes;
    if (!isOld && !isTooMuch) return false;
    bytes -= one.bytes;
    return true;
  });
}

function show({ terminal }: Cli, { json, yes }: PruneFlags, removed: readonly TrajectorySummary[]): void {
  const bytes = removed.reduce((sum, one) => sum + one.bytes, 0);
  if (json) {
    const paths = removed.map(({ path }) => path);
    print(terminal, JSON.stringify({ removed: yes === true, bytes, trajectories: paths }, null, 2));
    return;
  }
  const what = `${removed.length} trajectories, ${(bytes / MIB).toFixed(1)} MiB`;
  print(terminal, yes ? `removed ${what}` : `would remove ${what}; --yes removes them`);
}

function ruleOf(text: string): string {
  if (text !== 'all' && KEEP.test(text)) return text;
  throw new InvalidArgumentError('Give an age in days, a size, or both: 30d, 20GiB, 30d,20GiB.');
}
