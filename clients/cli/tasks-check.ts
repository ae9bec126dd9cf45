import type { Command } from 'commander';
import type { Runtime } from '../../docker/engines/table.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { checkDatasets, checkLines } from './dataset-check.ts';
import { datasetPlaces, environmentFrom } from './dataset-places.ts';
import { runtimeFlag } from './flags.ts';
import { EXIT, print } from './terminal.ts';

interface CheckFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly runtime?: Runtime;
}

const BUILT_IN = 'built-in';

/** `stepwell tasks check`: play the golds of a dataset, and list the tasks that cannot be graded. */
export function addTasksCheck(cli: Cli, tasks: Command): void {
  tasks
    .command('check')
    .description('play the golds of a dataset and list the tasks that cannot be graded')
    .option(
      '--environment <id>',
      'only this environment, by its id or its folder (default: all that have the dataset)',
      cli.environmentId,
    )
    .option('--dataset <name>', 'name of a dataset (default: the built-in tasks)')
    .addOption(runtimeFlag('engine to play on'))
    .action((flags: CheckFlags) => check(cli, flags));
}

async function check(cli: Cli, { environment, dataset = BUILT_IN, runtime }: CheckFlags): Promise<void> {
  const [{ loadGolds }, { home, added, definitions }] = await Promise.all([
    import('../../environments/golds.ts'),
    datasetPlaces(cli.terminal),
  ]);
  const golds = (await loadGolds(home, added, definitions)).filter(
    (one) => one.dataset === dataset && (environment === undefined || one.environment === environment),
  );
  if (golds.length === 0) {
    if (environment !== undefined) await environmentFrom(environment, cli.terminal);
    const none = environment === undefined ? 'no environment has a dataset' : `${environment} has no dataset`;
    throw new CommandError(`${none} "${dataset}": \`stepwell tasks datasets\` lists them`);
  }
  const checked = await checkDatasets(cli.terminal, { runtime }, golds);
  for (const one of checked) for (const line of checkLines(one)) print(cli.terminal, line);
  const bad = checked.some(({ marks, faults }) => marks.length + faults.length > 0);
  cli.exit(bad ? EXIT.bad : EXIT.ok);
}
