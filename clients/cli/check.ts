import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dialect, type ResetOptions } from '../../protocol/episode.ts';
import { readCheats } from '../cheats/cheat-script.ts';
import { CHECKS } from '../check/checks.ts';
import { readSamples } from '../check/samples.ts';
import type { CheckedTask, Subject } from '../check/subject.ts';
import { type Verdict, verdictLine, verdictOf } from '../check/verdict.ts';
import type { StepwellClient } from '../typescript/client.ts';
import { CommandError, listCommand } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import { environmentFrom } from './environment-argument.ts';
import { choice, integer } from './flags.ts';
import type { Cli } from './program.ts';
import { load } from './programs.ts';
import { addTargetFlags, openTarget, type Target, type TargetFlags } from './target.ts';
import { EXIT, print, styled, type Terminal } from './terminal.ts';

interface CheckFlags extends TargetFlags {
  readonly dataset: string;
  readonly dialect?: Dialect;
  readonly tasks: number;
  readonly seed: number;
}

const BUILT_IN = 'built-in';
/** Tasks that are tried where nothing else is asked for. */
const FEW = 3;
const PAGE = 1000;

const NOTES = `
Prints one line for each check: ✓ it holds, ✗ what is wrong and what to do, - why it cannot be shown here. Exit status 1 when a
check fails. Golds, wrong answers and cheats are those of the dataset's records on this machine. Cheats are played, and sandboxes
killed, on a server of its own only.

${CHECKS.map(({ name, shows }) => `  ${name.padEnd(Math.max(...CHECKS.map((check) => check.name.length)))}  ${shows}`).join('\n')}`;

/** `stepwell check`: make the contract of environments on any environment and dataset. */
export function addCheck(cli: Cli): void {
  const command = cli.program
    .command('check')
    .description('check that an environment keeps the contract of environments')
    .argument('<environment>', 'id of the environment, e.g. bash-v1, or the folder of its definition')
    .option('--dataset <name>', 'name of a dataset (default: the built-in tasks)', BUILT_IN)
    .addOption(choice('--dialect', Dialect.options, "SQL: the database (default: the dataset's)"))
    .option('--tasks <number>', `tasks to try, spread over the dataset (default: ${FEW})`, integer(1), FEW)
    .option('--seed <number>', 'another seed tries other tasks (default: 0)', integer(0, 2 ** 31), 0);
  addTargetFlags(command);
  command
    .addHelpText('after', NOTES)
    .action((environment: string, flags: CheckFlags) => check(cli, environment, flags));
}

async function check({ terminal, exit }: Cli, argument: string, flags: CheckFlags): Promise<void> {
  const environment = await environmentFrom(argument, terminal);
  const known = await knownTasks(terminal, environment.id, flags);
  const samples = await readSamples(environment.folder);
  const cheatsFolder = join(environment.folder, 'cheats');
  const cheats = existsSync(cheatsFolder) ? await readCheats(cheatsFolder) : [];
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-check-'));
  try {
    const env = { ...terminal.env, STEPWELL_TRAJECTORIES: folder };
    await using target = await openTarget({ ...terminal, env }, flags, [], { strict: true });
    const subject: Subject = {
      client: target.client,
      server: await serverOf(target),
      environment: environment.id,
      dataset: flags.dataset,
      options: optionsOf(flags),
      tasks: await triedTasks(target.client, environment.id, known, flags),
      seed: flags.seed,
      samples,
      cheats: target.isOwn ? cheats : null,
    };
    const verdicts: Verdict[] = [];
    for (const one of CHECKS) {
      const verdict = await verdictOf(one, subject);
      verdicts.push(verdict);
      print(terminal, coloured(terminal, verdict));
    }
    print(terminal, `\n${summary(subject, verdicts)}`);
    exit(verdicts.some(({ outcome }) => outcome === 'broken') ? EXIT.bad : EXIT.ok);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function optionsOf({ dialect }: CheckFlags): ResetOptions {
  return dialect === undefined ? {} : { dialect };
}

/** Every task of the dataset with what this machine knows of it, by index. @throws {CommandError} there is no such dataset */
async function knownTasks(
  terminal: Terminal,
  environment: string,
  flags: CheckFlags,
): Promise<CheckedTask[]> {
  const [{ taskFacts }, { taskAnswers }, places] = await Promise.all([
    load('facts'),
    load('answers'),
    datasetPlaces(terminal),
  ]);
  const { dataset, dialect } = flags;
  const wanted = { ...places, environment, dataset, dialect };
  const [facts, answers] = await Promise.all([taskFacts(wanted), taskAnswers(wanted)]);
  if (facts === null || answers === null) {
    throw new CommandError(
      `${environment} has no dataset "${dataset}": \`stepwell tasks datasets\` lists them`,
    );
  }
  return facts.flatMap((fact, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [{ ...fact, ...answer }];
  });
}

/** Those that the server does not mark as ungradable, spread over the dataset. @throws {CommandError} there is none */
async function triedTasks(
  client: StepwellClient,
  environment: string,
  known: readonly CheckedTask[],
  { dataset, tasks: wanted, seed }: CheckFlags,
): Promise<CheckedTask[]> {
  const gradable = new Set<string>();
  for (let offset = 0; ; offset += PAGE) {
    const { tasks, total } = await client.tasks({ environment, dataset, offset, limit: PAGE });
    for (const { id, ungradable } of tasks) if (ungradable === undefined) gradable.add(id);
    if (tasks.length === 0 || offset + tasks.length >= total) break;
  }
  const all = known.filter(({ id }) => gradable.has(id));
  if (all.length === 0) {
    throw new CommandError(
      `no task of ${dataset} can be graded: ${listCommand({ environment, dataset })} says why`,
      EXIT.bad,
    );
  }
  const count = Math.min(wanted, all.length);
  return Array.from(
    { length: count },
    (_, n) => all[(seed + Math.floor((n * all.length) / count)) % all.length],
  ).filter((task) => task !== undefined);
}

async function serverOf({ url, token, isOwn, trajectories }: Target): Promise<Subject['server']> {
  const { killSandboxes } = await load('killer');
  return { url, token, trajectories, killSandboxes: isOwn ? killSandboxes : null };
}

function coloured(terminal: Terminal, verdict: Verdict): string {
  const line = verdictLine(verdict);
  const style = { held: 'green', broken: 'red', 'not shown': 'yellow' } as const;
  return styled(terminal, style[verdict.outcome], line.slice(0, 1)) + line.slice(1);
}

function summary({ environment, dataset, tasks }: Subject, verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict['outcome']) => verdicts.filter(({ outcome }) => outcome === wanted).length;
  const tried = tasks.map(({ id }) => id).join(', ');
  return `${environment}, ${dataset} (${tried}): ${count('held')} checks hold, ${count('broken')} fail, ${count('not shown')} not shown`;
}
