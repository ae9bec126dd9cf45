/** Commands of a player, beside code. */
const COMMANDS: readonly (readonly [form: string, does: string])[] = [
  ['submit [answer]', 'end the episode and see the reward'],
  ['evaluate', 'see the reward of the current state and continue'],
  ['skip', 'end the episode ungraded'],
  ['state', 'show the state of the episode on the server'],
  ['help', 'show this list'],
  ['quit', 'leave the episode (also Ctrl+D)'],
];

const WORDS = COMMANDS.map(([form]) => form.split(' ')[0] ?? form);
const WIDTH = Math.max(...COMMANDS.map(([form]) => form.length)) + 2;

/** Help text for a player's lines, in `play --help` and in `help`. */
export const PLAY_HELP = `Each line is executed in the episode's sandbox. An unfinished Bash command continues on the next line;
a Python block ends with a blank line; Ctrl+C discards unfinished input. Where nothing is unfinished, these
words are commands of \`play\`:
${COMMANDS.map(([form, does]) => `  ${form.padEnd(WIDTH)}${does}`).join('\n')}
To run a program with one of these names, put a backslash before it: \\submit`;

/** One line, shown when a play begins. */
export const PLAY_HINT = `${COMMANDS.map(([form]) => form).join(' · ')}; anything else is executed`;

/** Whether a line is a command; only `submit` takes an argument. */
export function isPlayCommand(line: string): boolean {
  const [word = '', ...rest] = line.trim().split(/\s+/);
  return word === 'submit' || (rest.length === 0 && WORDS.includes(word));
}

/** Completion for the Tab key: a command, or else, and always within a block of code, a tab. */
export function completed(line: string, isInBlock: boolean): [completions: string[], completed: string] {
  const words = isInBlock ? [] : WORDS.filter((word) => word.startsWith(line));
  return [words.length > 0 ? words : [`${line}\t`], line];
}
