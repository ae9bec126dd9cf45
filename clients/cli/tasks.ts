import type { Command } from 'commander';
import type { Params } from '../../protocol/methods.ts';
import { StepwellClient } from '../typescript/client.ts';
import type { Cli } from './cli.ts';
import { CommandError, listCommand } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import { integer } from './flags.ts';
import { withFolder } from './folder-dataset.ts';
import { eachTask, localTasks, type TaskSource } from './local-tasks.ts';
import { environmentOf } from './reset-flags.ts';
import { addTasksCheck } from './tasks-check.ts';
import { addTasksNew } from './tasks-new.ts';
import { columns, print, type Terminal } from './terminal.ts';

interface SourceFlags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface TasksFlags extends SourceFlags {
  readonly environment?: string;
  readonly dataset?: string;
}

interface ShowFlags extends TasksFlags {
  readonly gold?: boolean;
}

interface ListFlags extends TasksFlags {
  readonly offset?: number;
  readonly limit?: number;
}

const INSTRUCTION_WIDTH = 90;
const DEFAULT_URL = 'ws://127.0.0.1:8765';

/** `stepwell tasks list`, `show`, `datasets`, `new`, `reload` and `check`. */
export function declareCommand(tasks: Command, cli: Cli): void {
  const list = tasks
    .command('list', { isDefault: true })
    .description('list the tasks of a dataset')
    .option('--offset <number>', 'number of tasks to skip (default: 0)', integer(0))
    .option('--limit <number>', 'maximum number of tasks to list (default: 100)', integer(1, 10_000));
  const show = tasks
    .command('show')
    .description('show a task with its whole instruction')
    .argument('<task>', 'its id, or its index from 0')
    .option('--gold', 'also show its solution, wrong answers and cheats, from the records of this machine');
  const datasets = tasks.command('datasets').description('list the datasets');
  tasks
    .command('reload')
    .description(
      'have a running server load its datasets again; its episodes keep those that they began with',
    )
    .option('--url <address>', 'the server', DEFAULT_URL)
    .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)")
    .option('--json', 'print JSON')
    .action((flags: SourceFlags) => reload(cli, flags));
  addTasksNew(cli, tasks);
  addTasksCheck(cli, tasks);
  for (const command of [list, show]) {
    command
      .option(
        '--environment <id>',
        "id of the environment, or its folder (default: the dataset's, else bash-v1)",
        cli.environmentId,
      )
      .option('--dataset <name>', 'name of a dataset, or its folder (default: the built-in tasks)');
  }
  for (const command of [list, show, datasets]) {
    command
      .option('--url <address>', 'ask this server, e.g. ws://127.0.0.1:8765 (default: those of this machine)')
      .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)")
      .option('--json', 'print JSON');
  }
  list.action(async (flags: ListFlags) => listTasks(...(await withFolder(cli, flags))));
  show.action(async (task: string, flags: ShowFlags) => showTask(task, ...(await withFolder(cli, flags))));
  datasets.action((flags: SourceFlags) => listDatasets(cli, flags));
}

async function openSource(terminal: Terminal, flags: SourceFlags): Promise<TaskSource> {
  if (flags.url === undefined) return localTasks(terminal);
  return StepwellClient.connect(flags.url, { token: flags.token ?? terminal.env.STEPWELL_TOKEN });
}

async function listDatasets(cli: Cli, flags: SourceFlags): Promise<void> {
  await using source = await openSource(cli.terminal, flags);
  const environments = await source.environments();
  if (flags.json) return print(cli.terminal, JSON.stringify(environments, null, 2));
  const rows = environments.flatMap(({ id, datasets }) =>
    datasets.map(({ name, tasks, gradable, checked }) => [
      id,
      name,
      `${tasks} tasks`,
      checked ? `${gradable} gradable` : 'not checked',
    ]),
  );
  print(cli.terminal, columns(rows, ''));
}

async function reload({ terminal }: Cli, { url = DEFAULT_URL, token, json }: SourceFlags): Promise<void> {
  await using client = await StepwellClient.connect(url, { token: token ?? terminal.env.STEPWELL_TOKEN });
  const { datasets } = await client.reload();
  if (json) return print(terminal, JSON.stringify(datasets, null, 2));
  const rows = datasets.map((one) => [one.change, one.environment, one.name, `${one.tasks} tasks`]);
  print(terminal, rows.length === 0 ? 'the server has only the built-in tasks' : columns(rows, ''));
}

async function query(flags: TasksFlags, source: TaskSource): Promise<Params<'tasks/list'>> {
  const environment = await environmentOf(flags, () => source.environments());
  return { environment, dataset: flags.dataset };
}

async function listTasks(cli: Cli, flags: ListFlags): Promise<void> {
  await using source = await openSource(cli.terminal, flags);
  const { offset = 0, limit } = flags;
  const page = await source.tasks({ ...(await query(flags, source)), offset, limit });
  if (flags.json) return print(cli.terminal, JSON.stringify(page, null, 2));
  const rows = page.tasks.map((task) => {
    const mark = task.ungradable === undefined ? '' : `(${task.ungradable.kind}) `;
    return [String(task.index), task.id, `${mark}${shorten(task.instruction)}`];
  });
  if (rows.length > 0) print(cli.terminal, columns(rows, ''));
  const more = offset + rows.length < page.total ? `; --offset ${offset + rows.length} shows more` : '';
  print(cli.terminal, `\n${rows.length} of ${page.total} tasks of ${page.dataset}${more}`);
}

async function showTask(wanted: string, cli: Cli, flags: ShowFlags): Promise<void> {
  if (flags.gold && flags.url !== undefined) {
    throw new CommandError(
      '--gold: no server tells solutions; leave out --url to read the records of this machine',
    );
  }
  await using source = await openSource(cli.terminal, flags);
  const asked = await query(flags, source);
  for await (const task of eachTask(source, asked)) {
    if (task.id !== wanted && String(task.index) !== wanted) continue;
    const { terminal } = cli;
    const answers = flags.gold ? await answersOf(terminal, asked, task.id) : null;
    if (flags.json) return print(terminal, JSON.stringify({ ...task, ...answers }, null, 2));
    print(terminal, `${task.id} (${task.dataset}, index ${task.index})`);
    if (task.tags.length > 0) print(terminal, `tags: ${task.tags.join(', ')}`);
    if (task.ungradable !== undefined) print(terminal, `cannot be graded: ${task.ungradable.reason}`);
    print(terminal, `\n${task.instruction}`);
    if (answers !== null) print(terminal, answerText(answers));
    return;
  }
  const { dataset } = await source.tasks({ ...asked, limit: 1 });
  const list = listCommand({ ...asked, dataset });
  throw new CommandError(`${dataset} has no task "${wanted}": take an id or an index from ${list}`);
}

/** The answers of a task from the records of this machine. */
interface Answers {
  /** `null` if the task has none. */
  readonly gold: string | null;
  readonly wrong: readonly string[];
  readonly cheats: readonly string[];
}

async function answersOf(
  terminal: Terminal,
  { environment, dataset = 'built-in' }: Params<'tasks/list'>,
  id: string,
): Promise<Answers> {
  const [{ loadTrials }, { home, added, definitions }] = await Promise.all([
    import('../../environments/task-trials.ts'),
    datasetPlaces(terminal),
  ]);
  const isWanted = (one: string, name: string): boolean => one === environment && name === dataset;
  const [found] = await loadTrials(home, added, definitions, isWanted);
  const task = found?.tasks.find((one) => one.id === id);
  if (task === undefined) throw new CommandError(`${dataset} has no task "${id}" on this machine`);
  const { gold, trial, wrong, cheats } = task;
  return { gold: trial.hasGold === false ? null : gold, wrong, cheats };
}

function answerText({ gold, wrong, cheats }: Answers): string {
  const listed = (what: string, texts: readonly string[]) =>
    texts.map((text, index) => `\n${what} ${index + 1}:\n${text}`);
  const solution = gold === null ? '\nIt has no solution.' : `\nsolution:\n${gold}`;
  return [solution, ...listed('wrong answer', wrong), ...listed('cheat', cheats)].join('\n');
}

function shorten(instruction: string): string {
  const line = instruction.replaceAll(/\s+/g, ' ').trim();
  return line.length <= INSTRUCTION_WIDTH ? line : `${line.slice(0, INSTRUCTION_WIDTH - 1)}…`;
}
