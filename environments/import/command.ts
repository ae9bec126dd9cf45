import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { DatasetError } from '../dataset-error.ts';
import { readHumanEval } from './humaneval.ts';
import { type ImportedDataset, type ImportResult, importIntercode, writeDatasets } from './intercode.ts';
import { PARTS } from './parts.ts';
import { withProgress } from './progress.ts';

export interface CommandOptions {
  /** State folder. @default env `STEPWELL_HOME`, else `~/.stepwell` */
  readonly home?: string;
  /** Takes a line for the user. @default standard output */
  readonly print?: (line: string) => void;
  /** Takes a line about an error. @default standard error */
  readonly printError?: (line: string) => void;
  /** Where progress is shown. @default standard error */
  readonly progress?: NodeJS.WritableStream;
}

/** What a person types next. */
function nextStep({ name }: ImportedDataset): string {
  return `next: stepwell play --dataset ${name} (its first episode builds its image, where it has one)`;
}

function tell({ imported, left }: ImportResult, print: (line: string) => void): void {
  for (const { name, environment, tasks, folder } of imported) {
    print(`imported ${name} for ${environment}: ${tasks} tasks, in ${folder}`);
  }
  for (const { name, reason } of left) print(`left out ${name}: ${reason}`);
  const [first] = imported;
  if (first !== undefined) print(nextStep(first));
}

/**
 * `stepwell import`.
 * @param argv what follows `import` on the command line
 * @returns the exit status: 0, 1 for files that cannot be imported, 2 for a wrong command line
 */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<number> {
  const home = options.home ?? process.env.STEPWELL_HOME ?? join(homedir(), '.stepwell');
  const print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
  const printError = options.printError ?? ((line) => process.stderr.write(`${line}\n`));
  const progress = options.progress ?? process.stderr;
  const program = new Command('stepwell import')
    .description('Import published datasets; a server started later has them.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => printError(text.trimEnd()),
    });
  const names = PARTS.filter(({ read }) => read !== null).map(({ name }) => name);
  program
    .command('intercode')
    .description(`InterCode's datasets, those of them that are there: ${names.join(', ')}`)
    .argument('<folder>', "InterCode's data folder, or a part of it, e.g. nl2bash")
    .action(async (folder: string) => {
      const result = await withProgress('import', progress, (onProgress) =>
        importIntercode(folder, home, onProgress),
      );
      tell(result, print);
    });
  program
    .command('humaneval')
    .description("Python tasks in HumanEval's form: lines of JSON with prompt, entry_point and test")
    .argument('<file>', 'e.g. HumanEval.jsonl')
    .option('--name <name>', "of the dataset (default: the file's, without its end)")
    .action(async (file: string, { name }: { readonly name?: string }) => {
      const imported = await withProgress('import', progress, async (onProgress) => {
        onProgress(`reading ${file}`, 0);
        return writeDatasets(await readHumanEval(file, name), home, onProgress);
      });
      tell({ imported, left: [] }, print);
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
