import type { ImageDefinition } from '../../docker/sandbox.ts';
import { localEnvironments } from './local-tasks.ts';
import type { Cli } from './program.ts';
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
      const { runImages } = await import('../../docker/images/command.ts');
      const definitions = () => knownImages(cli.terminal);
      cli.exit(await runImages(args, { stdout: output, stderr: errors, env, definitions }));
    });
}

/** Images of the environments and of the datasets imported here. @throws {DatasetError} a record is malformed */
async function knownImages(terminal: Terminal): Promise<readonly ImageDefinition[]> {
  const environments = await localEnvironments(terminal);
  return [...environments.values()].flatMap(({ images }) => images);
}
