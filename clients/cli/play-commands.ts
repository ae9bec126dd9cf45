/** What a player may say beside code, with what it does. */
const COMMANDS: readonly (readonly [form: string, does: string])[] = [
  ['submit [answer]', 'end the episode and see the reward'],
  ['evaluate', 'see the reward of the present state and go on'],
  ['skip', 'end the episode ungraded'],
  ['state', 'what the server knows of the episode'],
  ['help', 'this list'],
  ['quit', 'leave the episode (also Ctrl+D)'],
];

const WORDS = COMMANDS.map(([form]) => form.split(' ')[0] ?? form);
const WIDTH = Math.max(...COMMANDS.map(([form]) => form.length)) + 2;

/** What `play --help` and `help` in a play say of its lines. */
export const PLAY_HELP = `Each line is executed in the episode's sandbox. A command of Bash goes on to the line that completes it, a block of
Python to the next blank line; Ctrl+C drops what was begun. Except:
${COMMANDS.map(([form, does]) => `  ${form.padEnd(WIDTH)}${does}`).join('\n')}
A program that bears one of these names is run by a backslash before it: \\submit`;

/** One line for the beginning of a play. */
export const PLAY_HINT = `${COMMANDS.map(([form]) => form).join(' · ')}; anything else is executed`;

/** Whether a line is one of them; only `submit` has something behind it. */
export function isPlayCommand(line: string): boolean {
  const [word = '', ...rest] = line.trim().split(/\s+/);
  return word === 'submit' || (rest.length === 0 && WORDS.includes(word));
}

/** What the Tab key makes of a line: one of the commands, or, also within a block of code, the line with a tab. */
export function completed(line: string, isInBlock: boolean): [completions: string[], completed: string] {
  const words = isInBlock ? [] : WORDS.filter((word) => word.startsWith(line));
  return [words.length > 0 ? words : [`${line}\t`], line];
}
