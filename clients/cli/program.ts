import { Command, CommanderError } from 'commander';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import { addBench } from './bench.ts';
import { addCheats } from './cheats.ts';
import { addCheck } from './check.ts';
import { tell } from './command-error.ts';
import { addDoctor } from './doctor.ts';
import { addEnvironments } from './environments.ts';
import { addImages } from './images.ts';
import { addImport } from './import.ts';
import { addPlay } from './play.ts';
import { withPlugIns } from './plug-ins.ts';
import { addReplay } from './replay.ts';
import { addServe } from './serve.ts';
import { addTasks } from './tasks.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** What every `add…` gets: where to add its command, where it reads and writes, and how it tells its exit status. */
export interface Cli {
  readonly program: Command;
  readonly terminal: Terminal;
  /** Exit status of the run, unless it fails. @default 0 */
  exit(code: number): void;
}

const EPILOGUE = `
Exit status: 0 done; 1 done, with a bad answer (differences, a failed check, a server's fault);
2 not begun (a wrong flag, argument or file). STEPWELL_DEBUG=1 shows stack traces.

Begin with: stepwell play --demo`;

/** Run one command. @returns its exit status */
export async function run(given: readonly string[], from: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const { argv, terminal } = await withPlugIns(given, from);
    const cli: Cli = {
      program: commandLine(terminal),
      terminal,
      exit: (code) => {
        exitCode = code;
      },
    };
    // The flags of these come from what a server knows, which takes its time to read.
    const isWanted = (command: string) => argv[0] === command || argv[1] === command;
    await addServe(cli, isWanted('serve'));
    await addPlay(cli, isWanted('play'));
    addReplay(cli);
    addTasks(cli);
    await addCheats(cli, isWanted('cheats'));
    await addCheck(cli, isWanted('check'));
    addEnvironments(cli);
    addDoctor(cli);
    addImport(cli);
    addImages(cli);
    addBench(cli);
    await cli.program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const told = tell(error);
    from.errors.write(`stepwell: ${told.message}\n`);
    if (from.env.STEPWELL_DEBUG && error instanceof Error) from.errors.write(`${error.stack}\n`);
    return told.exitCode;
  }
}

function commandLine(terminal: Terminal): Command {
  return new Command('stepwell')
    .description('Interactive coding environments for reinforcement learning.')
    .version(STEPWELL_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.errors.write(text),
      outputError: (text, write) => {
        const what = text
          .replace(/^error: /, '')
          .trim()
          .replaceAll('\n', ' ')
          .replace(/\.$/, '');
        write(`stepwell: ${what}; add --help to see what is possible\n`);
      },
    });
}
