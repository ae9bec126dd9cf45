import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Prompt } from '../../environments/definition.ts';
import type { Params } from '../../protocol/methods.ts';
import { trajectoryPath } from '../../protocol/trajectory.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { CommandError } from './command-error.ts';
import { completed, isPlayCommand, PLAY_HELP, PLAY_HINT } from './play-commands.ts';
import { showFailure, showGrade, showObservation, showStart } from './play-screen.ts';
import { type PlayerInput, playerInput } from './player-input.ts';
import { EXIT, print, styled, type Terminal } from './terminal.ts';

/** Result of a line: the play goes on, was `left` by the player, its input `ended`, the episode is `over`, or it `failed`. */
type Outcome = 'go_on' | 'left' | 'ended' | 'over' | 'failed';

/**
 * One episode played line by line from the terminal's input.
 * @param trajectories folder of the server's trajectories, to print this one's path; `null` prints none
 * @param prompt of the environment, if it is known here
 * @returns the exit status
 */
export async function playLoop(
  client: StepwellClient,
  params: Params<'episode/reset'>,
  terminal: Terminal,
  trajectories: string | null,
  prompt?: Prompt,
): Promise<number> {
  const begun = new Date();
  await using episode = await client.reset(params);
  showStart(terminal, episode);
  if (terminal.interactive) print(terminal, styled(terminal, 'dim', PLAY_HINT));
  const input = playerInput(prompt);
  const lines = createInterface({
    input: terminal.input,
    output: terminal.interactive ? terminal.output : undefined,
    terminal: terminal.interactive,
    completer: (line: string) => completed(line, input.isBegun),
  });
  const leaving = new AbortController();
  lines.on('SIGINT', () => {
    if (input.isBegun) {
      input.drop();
      print(terminal);
      // Ctrl+E, Ctrl+U: the unfinished line goes too.
      for (const name of ['e', 'u']) lines.write(null, { ctrl: true, name });
      lines.emit('line', '');
      return;
    }
    leaving.abort();
    lines.close();
  });
  let lost = false;
  client.closed.then(() => {
    lost = true;
    lines.close();
  });
  let outcome: Outcome;
  try {
    outcome = await playLines(lines, episode, {
      terminal,
      input,
      signal: leaving.signal,
    });
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    outcome = 'ended';
  } finally {
    lines.close();
  }
  // Input that ends leaves the prompt's line unfinished.
  if (outcome === 'ended' && terminal.interactive) print(terminal);
  if (outcome === 'ended' && lost) {
    throw new CommandError('the connection to the server is gone: start it and play again', EXIT.bad);
  }
  if (outcome === 'ended' || outcome === 'left') print(terminal, 'left without submitting: no reward');
  if (trajectories !== null) {
    const path = join(trajectories, trajectoryPath(episode.id, begun));
    print(terminal, styled(terminal, 'dim', `trajectory: ${path}`));
  }
  return outcome === 'failed' ? EXIT.bad : EXIT.ok;
}

interface Table {
  readonly terminal: Terminal;
  readonly input: PlayerInput;
  /** Aborts when the player leaves. */
  readonly signal: AbortSignal;
}

async function playLines(lines: Interface, episode: Episode, table: Table): Promise<Outcome> {
  const { terminal, input } = table;
  let cwd = typeof episode.observation.cwd === 'string' ? episode.observation.cwd : '';
  const moved = (next: string): void => {
    cwd = next;
  };
  const prompt = () => {
    if (!terminal.interactive) return;
    lines.setPrompt(`${styled(terminal, 'green', input.prompt(cwd))} `);
    lines.prompt();
  };
  prompt();
  for await (const line of lines) {
    const isCommand = !input.isBegun && isPlayCommand(line);
    if (isCommand && line.trim() === 'quit') return 'left';
    const action = isCommand ? line : input.take(line);
    if (action !== null) {
      const outcome = await playLine(action, episode, table, moved);
      if (outcome !== 'go_on') return outcome;
    }
    prompt();
  }
  const rest = input.rest();
  const outcome = rest === null ? 'go_on' : await playLine(rest, episode, table, moved);
  return outcome === 'go_on' ? 'ended' : outcome;
}

async function playLine(
  line: string,
  episode: Episode,
  { terminal, signal }: Table,
  moved: (cwd: string) => void,
): Promise<Outcome> {
  const [word = '', ...rest] = line.trim().split(/\s+/);
  if (word === '') return 'go_on';
  if (word === 'help' && rest.length === 0) {
    print(terminal, PLAY_HELP);
    return 'go_on';
  }
  if (word === 'state' && rest.length === 0) {
    print(terminal, JSON.stringify(await episode.state({ signal }), null, 2));
    return 'go_on';
  }
  if (word === 'evaluate' && rest.length === 0) {
    const grade = await episode.evaluate({ signal });
    showGrade(terminal, grade);
    return 'go_on';
  }
  const result =
    word === 'submit'
      ? await episode.submit(line.trim().slice('submit'.length).trim() || undefined, { signal })
      : word === 'skip' && rest.length === 0
        ? await episode.skip({ signal })
        : await episode.step({ code: line }, { signal });
  showObservation(terminal, result.observation);
  if (typeof result.observation.cwd === 'string') moved(result.observation.cwd);
  if (result.failure) {
    showFailure(terminal, result.failure);
    return 'failed';
  }
  if (result.reward !== null || result.terminated) showGrade(terminal, result);
  if (result.truncated) print(terminal, 'The episode is over: its budget is spent.');
  return result.terminated || result.truncated ? 'over' : 'go_on';
}
