import { RewardMode, Semantics } from '../../protocol/episode.ts';
import type { Params } from '../../protocol/methods.ts';
import { playDemo } from './demo.ts';
import { demoRuntime } from './demo-runtime.ts';
import { choice, integer, taskOf } from './flags.ts';
import { thisMachine } from './machine.ts';
import { playSession } from './play-session.ts';
import type { Cli } from './program.ts';
import { addTargetFlags, openTarget, type TargetFlags } from './target.ts';
import { print, type Terminal } from './terminal.ts';

interface PlayFlags extends TargetFlags {
  readonly environment: string;
  readonly dataset?: string;
  readonly split?: string;
  readonly task?: number | string;
  readonly seed?: number;
  readonly semantics?: Semantics;
  readonly reward?: RewardMode;
  readonly maxTurns?: number;
  readonly demo?: boolean;
}

const NOTES = `
Each line is executed in the episode's sandbox, except:
  submit [answer]  end the episode and see the reward
  evaluate         see the reward of the present state and go on
  skip             end the episode ungraded
  state            what the server knows of the episode
  help             this list
  quit             leave the episode (also Ctrl+D)
A program that bears one of these names is run by a backslash before it: \\submit`;

/** `stepwell play`: a person plays a task, or `--demo` plays a few by their solutions. */
export function addPlay(cli: Cli): void {
  const command = cli.program
    .command('play')
    .description('play a task in the terminal, or see a few played (--demo)')
    .option('--demo', 'play a few built-in tasks by their solutions and show the rewards')
    .option('--environment <id>', 'versioned id of the environment', 'bash-v1')
    .option('--dataset <name>', 'name of a dataset (default: the built-in tasks)')
    .option('--split <name>', 'part of the dataset (default: all of it)')
    .option('--task <task>', 'index from 0, or id, of the task (default: the seed decides)', taskOf)
    .option('--seed <number>', 'the same seed gives the same task (default: a random one)', integer(0))
    .addOption(choice('--semantics', Semantics.options, 'what an action means (default: native)'))
    .addOption(choice('--reward', RewardMode.options, 'when to grade (default: on_submit)'))
    .option('--max-turns <number>', 'steps after which the episode ends (default: no limit)', integer(1));
  addTargetFlags(command);
  command.addHelpText('after', NOTES).action(async (flags: PlayFlags) => {
    if (flags.demo) return cli.exit(await demo(cli.terminal, flags));
    await using target = await openTarget(cli.terminal, flags);
    cli.exit(await playSession(target.client, resetParams(flags), cli.terminal, target.trajectories));
  });
}

async function demo(terminal: Terminal, flags: TargetFlags): Promise<number> {
  const free = flags.url === undefined && flags.runtime === undefined;
  const chosen = free ? await demoRuntime(await thisMachine(terminal.env)) : null;
  if (chosen) print(terminal, `${chosen.reason}\n`);
  await using target = await openTarget(terminal, { ...flags, runtime: flags.runtime ?? chosen?.runtime });
  return await playDemo(target.client, terminal);
}

function resetParams(flags: PlayFlags): Params<'episode/reset'> {
  const { environment, dataset, split, task, seed, semantics, reward, maxTurns } = flags;
  return { environment, dataset, split, task, seed, semantics, reward, max_turns: maxTurns };
}
