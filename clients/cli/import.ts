import type { Cli } from './program.ts';
import { load } from './programs.ts';
import { print } from './terminal.ts';

/** `stepwell import`: reads published datasets; `environments/import` knows how. */
export function addImport(cli: Cli): void {
  cli.program
    .command('import')
    .description('import published datasets, e.g. `stepwell import intercode <folder>`')
    .argument('[args...]', 'see `stepwell import --help`')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      const { terminal } = cli;
      const [{ run }, { stateFolder }] = await Promise.all([load('import'), load('state')]);
      cli.exit(
        await run(args, {
          home: stateFolder(terminal.env),
          print: (line) => print(terminal, line),
          printError: (line) => terminal.errors.write(`${line}\n`),
          progress: terminal.errors,
        }),
      );
    });
}
