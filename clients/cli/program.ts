import { Command, CommanderError } from 'commander';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import type { Cli } from './cli.ts';
import { reportOf } from './command-error.ts';
import { loadPlugIns } from './plug-ins.ts';
import { EXIT, type Terminal } from './terminal.ts';

interface Listed {
  readonly name: string;
  readonly description: string;
  /** Declares arguments, flags, subcommands and the action. Loaded for the called command only, as some load slowly. */
  module(): Promise<{ declareCommand(command: Command, cli: Cli): void | Promise<void> }>;
}

const COMMANDS: readonly Listed[] = [
  { name: 'serve', description: 'serve episodes until stopped', module: () => import('./serve.ts') },
  {
    name: 'play',
    description: 'play a task in the terminal, or see a few played (--demo)',
    module: () => import('./play.ts'),
  },
  {
    name: 'replay',
    description: 'play recorded episodes again and report every difference',
    module: () => import('./replay.ts'),
  },
  {
    name: 'eval',
    description: 'play an agent on a dataset, and say how well it does',
    module: () => import('./eval.ts'),
  },
  {
    name: 'trajectories',
    description: 'list, compare, export and remove recorded episodes',
    module: () => import('./trajectories.ts'),
  },
  {
    name: 'show',
    description: 'show a recorded episode, step by step',
    module: () => import('./show.ts'),
  },
  {
    name: 'explain',
    description: 'say why an episode got its reward',
    module: () => import('./explain.ts'),
  },
  {
    name: 'top',
    description: 'watch the open episodes and the sandboxes of a server',
    module: () => import('./top.ts'),
  },
  {
    name: 'tasks',
    description: 'list tasks and datasets, or show a task',
    module: () => import('./tasks.ts'),
  },
  {
    name: 'cheats',
    description: 'play the gallery of cheats on the tasks of a dataset',
    module: () => import('./cheats.ts'),
  },
  {
    name: 'check',
    description: 'check an environment against the environment contract',
    module: () => import('./check.ts'),
  },
  {
    name: 'environments',
    description: 'create an environment',
    module: () => import('./environments.ts'),
  },
  {
    name: 'doctor',
    description: 'show what this machine has and lacks, and which engine a server uses',
    module: () => import('./doctor.ts'),
  },
  {
    name: 'import',
    description: 'import published datasets (`tasks reload` has running servers load them)',
    module: () => import('./import.ts'),
  },
  {
    name: 'images',
    description: 'build and list the images of sandboxes, and fill the image store',
    module: () => import('./images.ts'),
  },
  {
    name: 'bench',
    description: 'measure this machine: steps, resets and graded episodes per second',
    module: () => import('./bench.ts'),
  },
];

const EPILOGUE = `
Exit status: 0 done; 1 done, with a bad result (differences, a failed check, a server's fault);
2 not done (a wrong flag, argument or file). STEPWELL_DEBUG=1 shows stack traces.

Begin with: stepwell play --demo`;

/** Run one command. @returns its exit status */
export async function run(argv: readonly string[], from: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const { environmentId, terminal } = await loadPlugIns(argv, from);
    const cli: Cli = {
      terminal,
      environmentId,
      exit: (code) => {
        exitCode = code;
      },
    };
    const program = commandLine(terminal);
    const wanted = argv[0] === 'help' ? argv[1] : argv[0];
    for (const { name, description, module } of COMMANDS) {
      const command = program.command(name).description(description);
      if (name === wanted) await (await module()).declareCommand(command, cli);
    }
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const report = reportOf(error);
    from.errors.write(`stepwell: ${report.message}\n`);
    if (from.env.STEPWELL_DEBUG && error instanceof Error) from.errors.write(`${error.stack}\n`);
    return report.exitCode;
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
        write(`stepwell: ${what}; --help shows what is possible\n`);
      },
    });
}
