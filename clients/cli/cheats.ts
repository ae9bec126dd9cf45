import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Runtime } from '../../docker/engines/table.ts';
import { type CheatOutcome, CheatPlayer } from '../cheats/cheat-play.ts';
import { type CheatScript, readCheats } from '../cheats/cheat-script.ts';
import type { TaskFacts } from '../cheats/cheat-text.ts';
import { boundText } from '../cheats/reward-bound.ts';
import type { Cli } from './cli.ts';
import { CommandError, listCommand } from './command-error.ts';
import { type DatasetPlaces, datasetPlaces, environmentFrom } from './dataset-places.ts';
import { integer, runtimeFlag } from './flags.ts';
import { addOwnFlags, type OwnFlags, type ResetFlags } from './reset-flags.ts';
import { openTarget } from './target.ts';
import { columns, EXIT, print } from './terminal.ts';

interface CheatsFlags extends ResetFlags {
  readonly tasks?: number;
  readonly task?: string;
  readonly cheat?: readonly string[];
  readonly from?: string;
  readonly runtime?: Runtime;
  readonly json?: boolean;
}

/** Number of episodes at a time: most wait for a deadline. */
const WIDTH = 6;
/** Maximum number of offending tasks to name, for each cheat. */
const MOST_NAMED = 10;

const NOTES = `
Each cheat is a file whose header says what it must score; the README of the command line has the format. Cheats are
destructive: the command plays them in sandboxes of a server that it starts. Exit status 1 when a cheat scores more than its
header allows, or gets no reward.`;

/** `stepwell cheats`: play attempts to be rewarded without solving the task, on any dataset. */
export async function declareCommand(command: Command, cli: Cli): Promise<void> {
  command
    .argument('<environment>', 'id of the environment, e.g. bash-v1, or its folder', cli.environmentId)
    .option('--dataset <name>', 'name of a dataset (default: the built-in tasks)')
    .option('--tasks <number>', 'number of tasks to play, spread over the dataset (default: all)', integer(1))
    .option('--task <id>', 'play only this task')
    .option('--cheat <name...>', 'play only these cheats')
    .option('--from <folder>', 'play the cheats of this folder (default: the gallery of the environment)')
    .addOption(runtimeFlag('engine to play on'))
    .option('--json', 'print JSON, every cheat on every task')
    .addHelpText('after', NOTES);
  const own = await addOwnFlags(command, cli.terminal);
  command.action((environment: string, flags: CheatsFlags) => playGallery(cli, environment, flags, own));
}

async function playGallery(
  { terminal, exit }: Cli,
  environment: string,
  flags: CheatsFlags,
  own: OwnFlags,
): Promise<void> {
  const places = await datasetPlaces(terminal);
  const { folder } = await environmentFrom(environment, terminal);
  const options = own.given(environment, flags);
  const scripts = chosen(await readCheats(flags.from ?? galleryOf(environment, folder)), flags.cheat);
  const tasks = await tasksOf(places, environment, flags, options);
  // These episodes need no record.
  const env = { ...terminal.env, STEPWELL_TRAJECTORIES: 'none' };
  const { dataset, runtime } = flags;
  await using target = await openTarget({ ...terminal, env }, { runtime }, []);
  const asksForTables = scripts.some(({ facts }) => facts.includes('table'));
  const reset = { environment, dataset, ...options, ...(asksForTables ? { schema: true } : {}) };
  const outcomes: CheatOutcome[] = [];
  const player = new CheatPlayer(target.client, reset);
  const queue = tasks.flatMap((task) => scripts.map((script) => ({ task, script }))).values();
  const work = async (): Promise<void> => {
    for (const { task, script } of queue) outcomes.push(await player.play(task, script));
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  if (flags.json) print(terminal, JSON.stringify(outcomes, null, 2));
  else for (const line of galleryLines(scripts, outcomes)) print(terminal, line);
  const isHeld = outcomes.every(({ verdict }) => verdict !== 'broken');
  exit(isHeld && outcomes.some(({ verdict }) => verdict === 'held') ? EXIT.ok : EXIT.bad);
}

function galleryOf(environment: string, folder: string): string {
  const gallery = join(folder, 'cheats');
  if (existsSync(gallery)) return gallery;
  throw new CommandError(
    `${environment} has no cheats: put them into the folder ${gallery}, or name another one with --from`,
  );
}

function chosen(scripts: readonly CheatScript[], names: readonly string[] | undefined): CheatScript[] {
  const missing = names?.find((name) => !scripts.some((script) => script.name === name));
  if (missing !== undefined) {
    const known = scripts.map(({ name }) => name).join(', ');
    throw new CommandError(`--cheat: there is no cheat "${missing}"; there are ${known}`);
  }
  return scripts.filter(({ name }) => names === undefined || names.includes(name));
}

async function tasksOf(
  { home, added, definitions }: DatasetPlaces,
  environment: string,
  { dataset, task, tasks: count }: CheatsFlags,
  options: Readonly<Record<string, unknown>>,
): Promise<TaskFacts[]> {
  const { taskFacts } = await import('../../environments/task-facts.ts');
  const all = await taskFacts({ home, added, environment, dataset, options, definitions });
  if (all === null) {
    throw new CommandError(
      `${environment} has no dataset "${dataset ?? ''}": \`stepwell tasks datasets\` lists them`,
    );
  }
  if (task !== undefined) {
    const found = all.filter(({ id, index }) => id === task || String(index) === task);
    if (found.length > 0) return found;
    const list = listCommand({ environment, dataset });
    throw new CommandError(`--task: there is no task "${task}": ${list} lists them`);
  }
  const wanted = Math.min(count ?? all.length, all.length);
  return Array.from({ length: wanted }, (_, n) => all[Math.floor((n * all.length) / wanted)]).filter(
    (one) => one !== undefined,
  );
}

/** A line for each cheat, then the tasks on which it scores too much. */
function galleryLines(scripts: readonly CheatScript[], outcomes: readonly CheatOutcome[]): string[] {
  const rows = scripts.map((script) => {
    const own = outcomes.filter(({ cheat }) => cheat === script.name);
    const of = (verdict: CheatOutcome['verdict']) => own.filter((outcome) => outcome.verdict === verdict);
    return { script, own, broken: of('broken'), held: of('held'), skipped: of('skipped') };
  });
  const heads = columns(
    rows.map(({ script, own, broken, held, skipped }) => {
      const rewards = own.flatMap(({ reward }) => reward ?? []);
      const highest = rewards.length === 0 ? 'no reward' : `highest ${Math.max(...rewards).toFixed(2)}`;
      const left = skipped.length === 0 ? '' : `, ${skipped.length} not played`;
      return [
        broken.length > 0 ? 'broken' : held.length > 0 ? 'held' : 'not played',
        script.name,
        boundText(script.score),
        `${held.length} of ${held.length + broken.length} tasks, ${highest}${left}`,
      ];
    }),
    '',
  ).split('\n');
  return rows.flatMap(({ broken }, index) => [heads[index] ?? '', ...offending(broken)]);
}

function offending(broken: readonly CheatOutcome[]): string[] {
  const more = broken.length - MOST_NAMED;
  return [
    ...broken.slice(0, MOST_NAMED).map(({ task, reason, noOp }) => `  ${task}: ${reason} (no-op ${noOp})`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
