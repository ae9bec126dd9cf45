import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import type { Ungradable } from '../../protocol/environment.ts';
import { DatasetError } from '../dataset-error.ts';
import { readHumanEval } from './humaneval.ts';
import {
  type ImportedDataset,
  type ImportResult,
  importIntercode,
  type OnProgress,
  writeDatasets,
} from './intercode.ts';
import { PARTS } from './parts.ts';
import { withProgress } from './progress.ts';
import { markTasks } from './task-marks.ts';

/** The result of a check of one dataset. */
export interface CheckedDataset {
  readonly dataset: string;
  readonly engine: string;
  readonly marks: readonly { readonly id: string; readonly ungradable: Ungradable }[];
  readonly faults: readonly unknown[];
  /** The same as text. */
  readonly lines: readonly string[];
}

/**
 * Tries every task of datasets by playing its gold. This needs sandboxes.
 * @throws {NotChecked} if no engine can play them
 */
export type Check = (
  datasets: readonly string[],
  runtime: string | undefined,
  onProgress: OnProgress,
) => Promise<readonly CheckedDataset[]>;

/** Why nothing could be tried; the datasets are unchanged. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked';
}

export interface CommandOptions {
  /** State folder. @default env `STEPWELL_HOME`, else `~/.stepwell` */
  readonly home?: string;
  /** Prints a line for the user. @default standard output */
  readonly print?: (line: string) => void;
  /** Prints a line about an error. @default standard error */
  readonly printError?: (line: string) => void;
  /** Where progress is shown. @default standard error */
  readonly progress?: NodeJS.WritableStream;
  /** @default no tries: every task counts as gradable until an episode shows otherwise */
  readonly check?: Check;
}

interface CheckFlags {
  readonly check: boolean;
  readonly runtime?: string;
}

/** The command that the user may run next. */
function nextStep({ name }: ImportedDataset): string {
  return `next: stepwell play --dataset ${name} (the first episode builds its image, if it has one)`;
}

function tell({ imported, left }: ImportResult, print: (line: string) => void): void {
  for (const { name, environment, tasks, folder } of imported) {
    print(`imported ${name} for ${environment}: ${tasks} tasks, in ${folder}`);
  }
  for (const { name, reason } of left) print(`left out ${name}: ${reason}`);
}

/** Try the imported tasks, mark the ungradable ones in the datasets' files, and report. */
async function checkImported(
  imported: readonly ImportedDataset[],
  { check, progress, print, now }: Checking,
  { check: wanted, runtime }: CheckFlags,
): Promise<void> {
  if (check === undefined || !wanted || imported.length === 0) return;
  try {
    const names = imported.map(({ name }) => name);
    const found = await withProgress('check', progress, (onProgress) => check(names, runtime, onProgress));
    for (const { dataset, engine, marks, faults, lines } of found) {
      const folder = imported.find(({ name }) => name === dataset)?.folder;
      if (folder === undefined) continue;
      const ungradable = new Map(marks.map(({ id, ungradable }) => [id, ungradable]));
      await markTasks(folder, { engine, at: now().toISOString(), ungradable, complete: faults.length === 0 });
      for (const line of lines) print(line);
    }
  } catch (error) {
    if (!(error instanceof NotChecked)) throw error;
    print(`not checked: ${error.message}`);
  }
}

interface Checking {
  readonly check: Check | undefined;
  readonly progress: NodeJS.WritableStream;
  readonly print: (line: string) => void;
  readonly now: () => Date;
}

function noCheck(): Option {
  return new Option('--no-check', 'do not play the golds to find tasks that cannot be graded');
}

function runtime(): Option {
  const option = new Option('--runtime <name>', 'engine to play the golds on (default: auto)');
  return option.choices(['auto', 'docker', 'local']);
}

/**
 * `stepwell import`.
 * @param argv arguments after `import` on the command line
 * @returns the exit status: 0, 1 for files that cannot be imported, 2 for wrong arguments
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<number> {
  const home = options.home ?? process.env.STEPWELL_HOME ?? join(homedir(), '.stepwell');
  const print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
  const printError = options.printError ?? ((line) => process.stderr.write(`${line}\n`));
  const progress = options.progress ?? process.stderr;
  const checking = { check: options.check, progress, print, now: () => new Date() };
  const finish = async (result: ImportResult, flags: CheckFlags): Promise<void> => {
    tell(result, print);
    await checkImported(result.imported, checking, flags);
    const [first] = result.imported;
    if (first !== undefined) print(nextStep(first));
  };
  const program = new Command('stepwell import')
    .description('Import published datasets. Servers that start later have them.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => printError(text.trimEnd()),
    });
  const names = PARTS.filter(({ read }) => read !== null).map(({ name }) => name);
  program
    .command('intercode')
    .description(`Import those of InterCode's datasets that the folder has: ${names.join(', ')}`)
    .argument('<folder>', "InterCode's data folder, or a part of it, e.g. nl2bash")
    .addOption(noCheck())
    .addOption(runtime())
    .action(async (folder: string, flags: CheckFlags) => {
      const result = await withProgress('import', progress, (onProgress) =>
        importIntercode(folder, home, onProgress),
      );
      await finish(result, flags);
    });
  program
    .command('humaneval')
    .description("Import Python tasks in HumanEval's format: lines of JSON with prompt, entry_point and test")
    .argument('<file>', 'e.g. HumanEval.jsonl')
    .option('--name <name>', "name of the dataset (default: the file's name without its extension)")
    .addOption(noCheck())
    .addOption(runtime())
    .action(async (file: string, { name, ...flags }: CheckFlags & { readonly name?: string }) => {
      const imported = await withProgress('import', progress, async (onProgress) => {
        onProgress(`reading ${file}`, 0);
        return writeDatasets(await readHumanEval(file, name), home, onProgress);
      });
      await finish({ imported, left: [] }, flags);
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof DatasetError)) throw error;
    printError(`not imported: ${error.message}`);
    return 1;
  }
}
