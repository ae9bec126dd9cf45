import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { engineNames, runtimes } from '../../docker/engines/table.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { choice } from './flags.ts';
import { EXIT, print } from './terminal.ts';

/** The benchmark, which the package does not contain. */
const BENCH = new URL('../../bench/main.ts', import.meta.url);

/** What it exports; it describes its flags. @returns whether every episode was graded as it must be */
interface Bench {
  bench(flags: object, print: (line: string) => void): Promise<boolean>;
}

/** `stepwell bench`: measure a server in a process of its own, with the client in this one. */
export function declareCommand(command: Command, { terminal, exit }: Cli): void {
  command
    .addOption(
      choice(
        '--only',
        ['bash', 'sql', 'python', 'images', 'trainers'],
        'one environment, many images, or what trainers do (default: all)',
      ),
    )
    .addOption(choice('--runtime', runtimes, 'engine').default(engineNames[0]))
    .option('--lanes <n>', 'episodes at a time, and sandboxes (default: 32, sql 8, python 16)', positive)
    .option('--seconds <n>', 'time of the steps run', positive, 10)
    .option('--sustained <n>', 'time of each run of graded episodes, in seconds', positive, 60)
    .option('--json <file>', 'write the figures there too')
    .option('--no-plain', 'leave out the plain Docker figures')
    .action(async (flags: { readonly json?: string }) => {
      if (!existsSync(BENCH)) {
        throw new CommandError('the benchmark is not part of this installation: run it in a clone', EXIT.bad);
      }
      // Better now than after minutes.
      if (flags.json !== undefined) await appendFile(flags.json, '');
      const { bench }: Bench = await import(BENCH.href);
      const isSound = await bench(flags, (line) => print(terminal, line));
      exit(isSound ? EXIT.ok : EXIT.bad);
    });
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Give a number above 0.');
}
