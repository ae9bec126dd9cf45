import type { EnvironmentDefinition, Prompt } from '../../environments/definition.ts';
import type { TaskRecord } from '../../environments/playable-dataset.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { CommandError } from './command-error.ts';
import { showFailure, showObservation } from './play-screen.ts';
import { EXIT, print, styled, type Terminal } from './terminal.ts';

/** One episode of the demo: a built-in task, played by its solution or by a plausible mistake. */
interface Play {
  readonly environment: string;
  readonly task: string;
  readonly by: 'gold' | 'mistake';
}

/** Tasks that need only a plain Debian, so that the local engine can play them with the host's programs. */
const PLAYS: readonly Play[] = [
  { environment: 'bash-v1', task: 'find-files-over-size', by: 'gold' },
  { environment: 'bash-v1', task: 'permissions-private-keys', by: 'gold' },
  { environment: 'bash-v1', task: 'permissions-private-keys', by: 'mistake' },
  { environment: 'sql-v1', task: 'library-irish-authors', by: 'gold' },
  { environment: 'sql-v1', task: 'library-irish-authors', by: 'mistake' },
  { environment: 'python-v1', task: 'strings-mask-digits', by: 'gold' },
];

/** Rewards are sums of rounded parts, so a perfect one may be slightly below 1. */
const PERFECT = 0.995;

/** Play a few built-in tasks and show their rewards. @returns the exit status: `bad` if a reward is wrong */
export async function playDemo(client: StepwellClient, terminal: Terminal): Promise<number> {
  const { DEFINITIONS } = await import('../../environments/registry.ts');
  let wrong = 0;
  for (const [i, play] of PLAYS.entries()) {
    const { environment } = play;
    const definition = DEFINITIONS.find(({ id }) => id === environment);
    const command = definition === undefined ? null : commandOf(play, definition);
    if (definition === undefined || command === null) {
      throw new CommandError(`there is no built-in task ${play.task} with a ${play.by}`, EXIT.bad);
    }
    await using episode = await client.reset({ environment, task: play.task });
    if (i === 0) {
      const { engine, isolation } = episode.info;
      print(terminal, `${PLAYS.length} built-in tasks on the ${engine} engine (isolation: ${isolation})`);
    }
    const title = `${environment}: ${play.task}${play.by === 'gold' ? '' : ', with a mistake'}`;
    print(terminal, `\n${styled(terminal, 'bold', `${i + 1}. ${title}`)}`);
    print(terminal, episode.observation.output);
    const reward = await playCommand(episode, command, definition.prompt, terminal);
    if (reward === null || (play.by === 'gold') !== reward >= PERFECT) wrong++;
  }
  if (wrong > 0) {
    throw new CommandError(`${wrong} of ${PLAYS.length} rewards are wrong: see above`, EXIT.bad);
  }
  print(terminal, '\nNow play one yourself: stepwell play. Or serve agents: stepwell serve.');
  return EXIT.ok;
}

async function playCommand(
  episode: Episode,
  command: string,
  prompt: Prompt,
  terminal: Terminal,
): Promise<number | null> {
  // As in a play, where no folder is known before the first step.
  const first = prompt.first.replaceAll('{cwd}', '');
  for (const [index, line] of command.trimEnd().split('\n').entries()) {
    print(terminal, styled(terminal, 'green', `${index === 0 ? first : prompt.more} ${line}`));
  }
  const step = await episode.step({ code: command });
  showObservation(terminal, step.observation);
  const end = step.failure ? step : await episode.submit();
  if (end.failure) {
    showFailure(terminal, end.failure);
    return null;
  }
  const parts = Object.entries(end.info.reward_components ?? {}).map(
    ([name, value]) => `${name} ${value.toFixed(2)}`,
  );
  const reward = end.reward?.toFixed(2) ?? 'none';
  print(terminal, `${styled(terminal, 'bold', `reward ${reward}`)}  (${parts.join(', ')})`);
  return end.reward;
}

/** The code that the demo sends for a play; `null` if the environment does not have the task. */
function commandOf({ task, by }: Play, definition: EnvironmentDefinition): string | null {
  const record = definition.builtIn.tasks.find(({ id }) => id === task);
  if (record === undefined) return null;
  const dataset = { ...definition.builtIn };
  if (by === 'gold') return definition.goldOf(record, dataset);
  const [gold] = (record as { readonly wrong?: readonly unknown[] }).wrong ?? [];
  return gold === undefined ? null : definition.goldOf({ ...record, gold } as TaskRecord, dataset);
}
