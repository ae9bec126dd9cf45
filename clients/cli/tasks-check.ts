import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Runtime } from '../../docker/engines/table.ts';
import type { DatasetTrials } from '../../environments/task-trials.ts';
import { readCheats } from '../cheats/cheat-script.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { type DatasetPlaces, datasetPlaces, environmentFrom } from './dataset-places.ts';
import { integer, runtimeFlag } from './flags.ts';
import { type NamedDataset, namedDataset } from './folder-dataset.ts';
import { withProgress } from './progress.ts';
import { openTarget } from './target.ts';
import { type CheckedTasks, checkTasks } from './task-check/check-dataset.ts';
import { CheckState, checkStateFile } from './task-check/check-state.ts';
import { allPass, checkedLines } from './task-check/table.ts';
import { EXIT, print } from './terminal.ts';

interface CheckFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly task?: readonly string[];
  readonly gallery?: boolean;
  readonly parallel: number;
  readonly again?: boolean;
  readonly json?: boolean;
  readonly runtime?: Runtime;
}

const BUILT_IN = 'built-in';
/** Default number of tasks to play at a time: most of them wait for their sandboxes. */
const PARALLEL = 8;

const NOTES = `
A line for each task: ✓ it passes; ✗ it does not, with what to do; - it could not be played because of a fault. A task passes if its
solution scores 1 and a no-op 0 (or [stepwell] no_op_reward), both twice the same; each wrong answer scores less than the solution, and
each cheat no more than a no-op; and no grade takes as long as its verifier may. The exit status is 1 if a task does not pass.

Results are kept in the state folder, by the content of the task and of its image: an interrupted check goes on where it was.`;

/** `stepwell tasks check`: play what each task of a dataset must keep. */
export function addTasksCheck(cli: Cli, tasks: Command): void {
  tasks
    .command('check')
    .description('play solution, no-op, wrong answers and cheats of each task, and say what to correct')
    .argument(
      '[dataset]',
      'name of a dataset, or its folder, or that of one task (default: the built-in tasks)',
    )
    .option(
      '--environment <id>',
      'only this environment, by its id or its folder (default: all that have the dataset)',
      cli.environmentId,
    )
    .option('--dataset <name>', 'the same as the argument')
    .option('--task <id...>', 'only these tasks')
    .option('--gallery', 'also play the cheats of the environment on each task (minutes)')
    .option('--parallel <number>', 'number of tasks to play at a time', integer(1, 256), PARALLEL)
    .option('--again', 'play also the tasks whose results are known')
    .option('--json', 'print JSON, with every problem of each task')
    .addOption(runtimeFlag('engine to play on'))
    .addHelpText('after', NOTES)
    .action((argument: string | undefined, flags: CheckFlags) => check(cli, argument, flags));
}

async function check(cli: Cli, argument: string | undefined, flags: CheckFlags): Promise<void> {
  const { terminal: given } = cli;
  if (argument !== undefined && flags.dataset !== undefined) {
    throw new CommandError('--dataset: the dataset is named already; leave one of them out');
  }
  const wanted = argument ?? flags.dataset ?? BUILT_IN;
  const named = await namedDataset(wanted, flags.environment, given);
  // These episodes need no record.
  const env = { ...named.terminal.env, STEPWELL_TRAJECTORIES: 'none' };
  const terminal = { ...named.terminal, env };
  const places = await datasetPlaces(terminal);
  const datasets = await wantedDatasets(named, places, flags);
  const galleries = new Map(
    await Promise.all(
      datasets.map(async ({ environment }) => {
        const folder = join((await environmentFrom(environment, terminal)).folder, 'cheats');
        return [environment, flags.gallery && existsSync(folder) ? await readCheats(folder) : []] as const;
      }),
    ),
  );
  const all = datasets.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const checked: CheckedTasks[] = [];
  await using target = await openTarget(terminal, { runtime: flags.runtime }, []);
  await withProgress('check', terminal.errors, async (onProgress) => {
    let done = 0;
    for (const dataset of datasets) {
      const place = `${named.path ?? ''}${flags.gallery ? ' with the gallery' : ''}`;
      const path = checkStateFile(places.home, dataset.environment, dataset.dataset, place);
      const state = await CheckState.open(path);
      const progress = (): void => onProgress(`playing ${dataset.dataset}`, done / Math.max(1, all));
      progress();
      checked.push(
        await checkTasks(dataset, {
          client: target.client,
          state,
          gallery: galleries.get(dataset.environment) ?? [],
          parallel: flags.parallel,
          again: flags.again ?? false,
          onTask: () => {
            done += 1;
            progress();
          },
        }),
      );
    }
  });
  if (flags.json) print(terminal, JSON.stringify(checked, null, 2));
  else for (const one of checked) for (const line of checkedLines(one)) print(terminal, line);
  cli.exit(checked.every(allPass) ? EXIT.ok : EXIT.bad);
}

/** @throws {CommandError} there is no such dataset or task */
async function wantedDatasets(
  { name, environment, terminal }: NamedDataset,
  { home, added, definitions }: DatasetPlaces,
  { task: ids }: CheckFlags,
): Promise<DatasetTrials[]> {
  const { loadTrials } = await import('../../environments/task-trials.ts');
  const isWanted = (id: string, dataset: string): boolean =>
    dataset === name && (environment === undefined || id === environment);
  const found = await loadTrials(home, added, definitions, isWanted);
  if (found.length === 0) {
    if (environment !== undefined) await environmentFrom(environment, terminal);
    const none = environment === undefined ? 'no environment has a dataset' : `${environment} has no dataset`;
    throw new CommandError(`${none} "${name}": \`stepwell tasks datasets\` lists them`);
  }
  if (ids === undefined) return found;
  const missing = ids.find((id) => !found.some(({ tasks }) => tasks.some((task) => task.id === id)));
  if (missing !== undefined) {
    throw new CommandError(
      `--task: ${name} has no task "${missing}": \`stepwell tasks list --dataset ${name}\``,
    );
  }
  return found
    .map((dataset) => ({ ...dataset, tasks: dataset.tasks.filter(({ id }) => ids.includes(id)) }))
    .filter(({ tasks }) => tasks.length > 0);
}
