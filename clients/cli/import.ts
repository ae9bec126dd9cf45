import { type Command, Option } from 'commander';
import type { Runtime } from '../../docker/engines/table.ts';
import { loadGolds } from '../../environments/golds.ts';
import { readHumanEval } from '../../environments/import/humaneval.ts';
import {
  type ImportedDataset,
  type ImportResult,
  importIntercode,
  type OnProgress,
  writeDatasets,
} from '../../environments/import/intercode.ts';
import { PARTS } from '../../environments/import/parts.ts';
import { markTasks } from '../../environments/import/task-marks.ts';
import { stateFolder } from '../../server/config/state-folder.ts';
import type { Cli } from './cli.ts';
import { type CheckedDataset, checkDatasets, checkLines } from './dataset-check.ts';
import { runtimeFlag } from './flags.ts';
import { addFolderImports } from './import-folders.ts';
import { withProgress } from './progress.ts';
import { print, type Terminal } from './terminal.ts';

interface ImportFlags {
  readonly check: boolean;
  readonly runtime?: Runtime;
}

/** Tries every task of some imported datasets by playing its gold. */
export type CheckImported = (
  terminal: Terminal,
  names: readonly string[],
  runtime: Runtime | undefined,
  onProgress: OnProgress,
) => Promise<readonly CheckedDataset[]>;

/** `stepwell import`: make datasets from published files. @param check another one, for tests */
export function declareCommand(command: Command, cli: Cli, check: CheckImported = checkImported): void {
  const { terminal } = cli;
  const names = PARTS.filter(({ read }) => read !== null).map(({ name }) => name);
  const intercode = command
    .command('intercode')
    .description(`import those of InterCode's datasets that are there: ${names.join(', ')}`)
    .argument('<folder>', "InterCode's data folder, or a part of it, e.g. nl2bash")
    .action(async (folder: string, flags: ImportFlags) => {
      const read = (onProgress: OnProgress) => importIntercode(folder, stateFolder(terminal.env), onProgress);
      await finish(terminal, await withProgress('import', terminal.errors, read), flags, check);
    });
  const humaneval = command
    .command('humaneval')
    .description("import Python tasks in HumanEval's format: lines of JSON with prompt, entry_point and test")
    .argument('<file>', 'e.g. HumanEval.jsonl')
    .option('--name <name>', "name of the dataset (default: the file's, without its ending)")
    .action(async (file: string, { name, ...flags }: ImportFlags & { readonly name?: string }) => {
      const datasets = await readHumanEval(file, name);
      const write = (onProgress: OnProgress) =>
        writeDatasets(datasets, stateFolder(terminal.env), onProgress);
      const imported = await withProgress('import', terminal.errors, write);
      await finish(terminal, { imported, left: [] }, flags, check);
    });
  // Golds of task folders are not played: each task may have an image to build.
  addFolderImports(cli, command, (result) => finish(cli.terminal, result, { check: false }, check));
  for (const importer of [intercode, humaneval]) {
    importer
      .addOption(new Option('--no-check', 'do not play the golds to find tasks that cannot be graded'))
      .addOption(runtimeFlag('engine to play the golds on'));
  }
}

/** Say what was imported, check it, and say what to do next. */
async function finish(
  terminal: Terminal,
  { imported, left }: ImportResult,
  flags: ImportFlags,
  check: CheckImported,
): Promise<void> {
  for (const { name, environment, tasks, folder } of imported) {
    print(terminal, `imported ${name} for ${environment}: ${tasks} tasks, in ${folder}`);
  }
  for (const { name, reason } of left) print(terminal, `left out ${name}: ${reason}`);
  const [first] = imported;
  if (first === undefined) return;
  if (flags.check) await mark(terminal, imported, flags, check);
  const note = '(the first episode builds its image, if it has one)';
  print(terminal, `next: stepwell play --dataset ${first.name} ${note}`);
}

/** Try the tasks, and mark in the datasets' files those that cannot be graded. */
async function mark(
  terminal: Terminal,
  imported: readonly ImportedDataset[],
  { runtime }: ImportFlags,
  check: CheckImported,
): Promise<void> {
  const names = imported.map(({ name }) => name);
  let checked: readonly CheckedDataset[];
  try {
    checked = await withProgress('check', terminal.errors, (onProgress) =>
      check(terminal, names, runtime, onProgress),
    );
  } catch (error) {
    // The datasets are imported all the same.
    print(terminal, `not checked: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  const at = new Date().toISOString();
  for (const one of checked) {
    const folder = imported.find(({ name }) => name === one.dataset)?.folder;
    if (folder === undefined) continue;
    const { engine, marks, faults } = one;
    const ungradable = new Map(marks.map((task) => [task.id, task.ungradable]));
    await markTasks(folder, { engine, at, ungradable, complete: faults.length === 0 });
    for (const line of checkLines(one)) print(terminal, line);
  }
}

async function checkImported(
  terminal: Terminal,
  names: readonly string[],
  runtime: Runtime | undefined,
  onProgress: OnProgress,
): Promise<CheckedDataset[]> {
  const golds = await loadGolds(stateFolder(terminal.env));
  const wanted = golds.filter(({ dataset }) => names.includes(dataset));
  return checkDatasets(terminal, { runtime }, wanted, onProgress);
}
