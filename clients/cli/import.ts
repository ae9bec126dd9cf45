import type { Cli } from './program.ts';
import { load } from './programs.ts';

/** `stepwell import`: reads published datasets; `environments/import` knows how. */
export function addImport(cli: Cli): void {
  cli.program
    .command('import')
    .description('import published datasets, e.g. `stepwell import intercode <folder>`')
    .argument('[args...]', 'see `stepwell import --help`')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      const { run } = await load('import');
      cli.exit(await run(args));
    });
}
