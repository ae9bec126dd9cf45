import type { Cli } from './program.ts';
import { load } from './programs.ts';

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
      cli.exit(await runImages(args, { stdout: output, stderr: errors, env }));
    });
}
