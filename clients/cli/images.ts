import type { Cli } from './program.ts';
import { load } from './programs.ts';
import type { Terminal } from './terminal.ts';

/** `stepwell images`: builds and lists the images of sandboxes; `docker/images` knows how. */
export function addImages(cli: Cli): void {
  cli.program
    .command('images')
    .description('build and list the images of sandboxes')
    .argument('[args...]', 'see `stepwell images --help`')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => {
      const { output, errors, env } = cli.terminal;
      const { runImages } = await load('images');
      const definitions = () => datasetImages(env);
      cli.exit(await runImages(args, { stdout: output, stderr: errors, env, definitions }));
    });
}

/** Images of the datasets that are imported here. @throws {DatasetError} a record is malformed */
async function datasetImages(env: Terminal['env']): Promise<readonly object[]> {
  const [{ loadDatasets }, { stateFolder }] = await Promise.all([load('datasets'), load('state')]);
  const datasets = await loadDatasets(stateFolder(env), {});
  return datasets.flatMap(({ definition }) => definition ?? []);
}
