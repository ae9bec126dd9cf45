import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { episodeText } from './recordings/episode-text.ts';
import { page } from './recordings/pager.ts';
import { addSourceFlags, type SourceFlags, wholeRecording } from './recordings/source.ts';
import { print } from './terminal.ts';

interface ShowFlags extends SourceFlags {
  readonly json?: boolean;
  readonly explain: boolean;
}

/** `stepwell show`: a recorded episode, in colours and pages. */
export function declareCommand(command: Command, cli: Cli): void {
  command
    .argument('<trajectory>', 'a trajectory file, its path in the folder, or the id of an episode')
    .option('--no-explain', 'leave out why the grades are what they are')
    .option('--json', 'print JSON');
  addSourceFlags(command);
  command.action(async (named: string, flags: ShowFlags) => {
    const recording = await wholeRecording(cli.terminal, flags, named);
    if (flags.json) return print(cli.terminal, JSON.stringify(recording, null, 2));
    await page(cli.terminal, episodeText(cli.terminal, recording, { explains: flags.explain }));
  });
}
