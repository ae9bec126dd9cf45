import { existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheats } from '../cheats/cheat-script.ts';
import { readSamples } from '../check/samples.ts';
import type { CheckedTask, Subject } from '../check/subject.ts';
import type { StepwellClient } from '../typescript/client.ts';
import { CommandError, listCommand } from './command-error.ts';
import { datasetPlaces, environmentFrom } from './dataset-places.ts';
import { eachTask } from './local-tasks.ts';
import { openTarget, type Target, type TargetFlags } from './target.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** What to check, and on which server. */
export interface WantedSubject extends TargetFlags {
  readonly dataset: string;
  /** Options of every reset, e.g. a dialect. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Maximum number of tasks to try. */
  readonly tasks: number;
  readonly seed: number;
}

/** A subject with the server that is open for it. */
export interface OpenSubject extends AsyncDisposable {
  readonly subject: Subject;
}

/**
 * Start a server, or connect to the named one, and read what this machine knows of the environment.
 * @param argument id of the environment
 * @throws {CommandError} there is no such environment or dataset, or no task that can be graded
 * @throws {CheatError} @throws {SamplesError} @throws {DatasetError} a file of the environment or the dataset is malformed
 */
export async function openSubject(
  terminal: Terminal,
  argument: string,
  wanted: WantedSubject,
): Promise<OpenSubject> {
  const { id, folder } = await environmentFrom(argument, terminal);
  const { dataset, options, seed } = wanted;
  const known = await knownTasks(terminal, id, wanted);
  const samples = await readSamples(folder);
  const gallery = join(folder, 'cheats');
  const cheats = existsSync(gallery) ? await readCheats(gallery) : [];
  const { killSandboxes } = await import('../../docker/engines/choice.ts');
  const opened = await openWithTrajectories(terminal, wanted);
  try {
    const { client, isOwn, url, token, trajectories } = opened.target;
    const subject: Subject = {
      client,
      server: { url, token, trajectories, killSandboxes: isOwn ? killSandboxes : null },
      environment: id,
      dataset,
      options,
      tasks: await triedTasks(client, id, known, wanted),
      seed,
      samples,
      cheats: isOwn ? cheats : null,
    };
    return { subject, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** A server. If this command starts it, its trajectories are in a temporary folder. */
async function openWithTrajectories(terminal: Terminal, wanted: WantedSubject) {
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-check-'));
  // A signal ends the process without the disposal.
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const remove = () => {
    process.off('exit', removeAtExit);
    removeAtExit();
  };
  let target: Target;
  try {
    const env = { ...terminal.env, STEPWELL_TRAJECTORIES: folder };
    target = await openTarget({ ...terminal, env }, wanted, [], { strict: true });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    target,
    async [Symbol.asyncDispose]() {
      await target[Symbol.asyncDispose]();
      remove();
    },
  };
}

/** Read every task of the dataset with its gold, wrong answers and facts. @throws {CommandError} if the dataset does not exist */
async function knownTasks(
  terminal: Terminal,
  environment: string,
  { dataset, options }: WantedSubject,
): Promise<CheckedTask[]> {
  const [{ taskFacts }, { taskAnswers }, places] = await Promise.all([
    import('../../environments/task-facts.ts'),
    import('../../environments/task-answers.ts'),
    datasetPlaces(terminal),
  ]);
  const records = { ...places, environment, dataset, options };
  const [facts, answers] = await Promise.all([taskFacts(records), taskAnswers(records)]);
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

/**
 * Those that the server does not mark as ungradable, spread over the dataset.
 * @throws {CommandError} there is none
 */
async function triedTasks(
  client: StepwellClient,
  environment: string,
  known: readonly CheckedTask[],
  { dataset, tasks: most, seed }: WantedSubject,
): Promise<CheckedTask[]> {
  const gradable = new Set<string>();
  for await (const { id, ungradable } of eachTask(client, { environment, dataset })) {
    if (ungradable === undefined) gradable.add(id);
  }
  const all = known.filter(({ id }) => gradable.has(id));
  if (all.length === 0) {
    const list = listCommand({ environment, dataset });
    throw new CommandError(`no task of ${dataset} can be graded: ${list} says why`, EXIT.bad);
  }
  const count = Math.min(most, all.length);
  const spread = (n: number) => (seed + Math.floor((n * all.length) / count)) % all.length;
  return Array.from({ length: count }, (_, n) => all[spread(n)]).filter((task) => task !== undefined);
}
