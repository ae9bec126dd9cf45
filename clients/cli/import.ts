import { stateFolder } from '../../server/state-folder.ts';
import { type CheckedDataset, checkDatasets, checkLines, type OnProgress } from './dataset-check.ts';
import type { Cli } from './program.ts';
import { print, type Terminal } from './terminal.ts';

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
      const { run, NotChecked } = await import('../../environments/import/command.ts');
      const home = stateFolder(terminal.env);
      const check = async (names: readonly string[], runtime: string | undefined, onProgress: OnProgress) => {
        try {
          const checked = await checkImported(terminal, home, names, runtime, onProgress);
          return checked.map((one) => ({ ...one, lines: checkLines(one) }));
        } catch (error) {
          throw new NotChecked(error instanceof Error ? error.message : String(error), { cause: error });
        }
      };
      cli.exit(
        await run(args, {
          home,
          check,
          print: (line) => print(terminal, line),
          printError: (line) => terminal.errors.write(`${line}\n`),
          progress: terminal.errors,
        }),
      );
    });
}

async function checkImported(
  terminal: Terminal,
  home: string,
  names: readonly string[],
  runtime: string | undefined,
  onProgress: OnProgress,
): Promise<CheckedDataset[]> {
  const { loadGolds } = await import('../../environments/golds.ts');
  const golds = (await loadGolds(home)).filter(({ dataset }) => names.includes(dataset));
  const env = { ...terminal.env, STEPWELL_HOME: home };
  return checkDatasets({ ...terminal, env }, runtime === undefined ? {} : { runtime }, golds, onProgress);
}
