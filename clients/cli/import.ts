import type { Cli } from './program.ts';
import { runProgram } from './programs.ts';

/** `stepwell import`: reads published datasets; `environments/import` knows how. */
export function addImport(cli: Cli): void {
  cli.program
    .command('import')
    .description('import published datasets, e.g. `stepwell import intercode <folder>`')
    .argument('[args...]', 'see `stepwell import --help`')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      cli.exit(await runProgram('import', args, cli.terminal));
    });
}
