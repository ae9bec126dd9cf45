import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command-error.ts';
import type { Cli } from './program.ts';
import { EXIT } from './terminal.ts';

/** It is no part of the package. */
const BENCH = new URL('../../test/bench/main.ts', import.meta.url);

/** `stepwell bench`: the benchmark in a process of its own, so that nothing of the command line is measured. */
export function addBench(cli: Cli): void {
  cli.program
    .command('bench')
    .description('measure this machine: steps, resets and graded episodes per second')
    .argument('[flags...]', 'flags of the benchmark; `stepwell bench --help` lists them')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (flags: string[]) => {
      if (!existsSync(BENCH)) {
        throw new CommandError('the benchmark is not part of this installation: run it in a clone', EXIT.bad);
      }
      cli.exit(await runBench(flags));
    });
}

function runBench(flags: readonly string[]): Promise<number> {
  const loader = import.meta.resolve('tsx');
  const child = spawn(process.execPath, ['--import', loader, fileURLToPath(BENCH), ...flags], {
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.bad));
  });
}
