import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { DatasetError } from '../dataset-error.ts';
import { importIntercode } from './intercode.ts';

export interface CommandOptions {
  /** State folder. @default env `STEPWELL_HOME`, else `~/.stepwell` */
  readonly home?: string;
  /** Takes a line for the user. @default standard output */
  readonly print?: (line: string) => void;
  /** Takes a line about an error. @default standard error */
  readonly printError?: (line: string) => void;
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
  const program = new Command('stepwell import')
    .description('Import published datasets; a server started later has them.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => printError(text.trimEnd()),
    });
  program
    .command('intercode')
    .description('InterCode: nl2bash_fs_N.json with fs_N.tar, as datasets nl2bash-fs1 … nl2bash-fs4')
    .argument('<folder>', "InterCode's data folder, or nl2bash in it")
    .action(async (folder: string) => {
      const { imported, notSupported } = await importIntercode(folder, home);
      for (const dataset of imported) {
        print(`imported ${dataset.name}: ${dataset.tasks} tasks, in ${dataset.folder}`);
      }
      for (const part of notSupported) print(`not yet supported: ${part}`);
      if (imported.length === 0) return;
      print(`next: stepwell play --dataset ${imported[0]?.name} (its first episode builds its image)`);
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
