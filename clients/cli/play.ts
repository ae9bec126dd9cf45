import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { datasetPlaces } from './dataset-places.ts';
import { playDemo } from './demo.ts';
import type { DemoRuntime } from './demo-runtime.ts';
import { withFolder } from './folder-dataset.ts';
import { PLAY_HELP } from './play-commands.ts';
import { playLoop } from './play-loop.ts';
import {
  addResetFlags,
  DEFAULT_ENVIRONMENT,
  environmentOf,
  type ResetFlags,
  resetOptions,
  resetParams,
} from './reset-flags.ts';
import { addTargetFlags, openTarget, type TargetFlags } from './target.ts';
import { print, type Terminal } from './terminal.ts';

interface PlayFlags extends TargetFlags, ResetFlags {
  readonly demo?: boolean;
}

/** `stepwell play`: a person plays a task, or `--demo` plays a few by their solutions. */
export async function declareCommand(command: Command, cli: Cli): Promise<void> {
  command.option('--demo', 'play a few built-in tasks by their solutions and show the rewards');
  addTargetFlags(command);
  const options = await resetOptions(cli.terminal);
  addResetFlags(command, options, cli);
  command.addHelpText('after', `\n${PLAY_HELP}`).action(async (given: PlayFlags) => {
    if (given.demo) return cli.exit(await demo(cli.terminal, given));
    const [{ terminal }, flags] = await withFolder(cli, given);
    // Images of datasets and dialects are built on demand, and no other image is needed.
    const plain = flags.dataset === undefined && flags.dialect === undefined;
    const warm = plain ? [flags.environment ?? DEFAULT_ENVIRONMENT] : [];
    await using target = await openTarget(terminal, flags, warm);
    const { client, trajectories } = target;
    const environment = await environmentOf(flags, () => client.environments());
    const { definitions } = await datasetPlaces(terminal);
    const prompt = definitions.find(({ id }) => id === environment)?.prompt;
    const params = resetParams(flags, options, environment);
    cli.exit(await playLoop(client, params, terminal, trajectories, prompt));
  });
}

async function demo(terminal: Terminal, flags: TargetFlags): Promise<number> {
  const free = flags.url === undefined && flags.runtime === undefined;
  const chosen = free ? await freeChoice(terminal) : null;
  if (chosen) print(terminal, `${chosen.reason}\n`);
  const runtime = flags.runtime ?? chosen?.runtime;
  await using target = await openTarget(terminal, { ...flags, runtime }, ['bash-v1']);
  return await playDemo(target.client, terminal);
}

/** The engine of a demo for which none is named. Only this needs to look at the machine. */
async function freeChoice({ env }: Terminal): Promise<DemoRuntime | null> {
  const [{ demoRuntime }, { thisMachine }] = await Promise.all([
    import('./demo-runtime.ts'),
    import('./machine.ts'),
  ]);
  return demoRuntime(thisMachine(env));
}
