import { spawnSync } from 'node:child_process';
import type { Prompt } from '../../environments/definition.ts';

/** Turns a player's lines into actions. */
export interface PlayerInput {
  /** The prompt. @param cwd the session's working directory, empty if it has none */
  prompt(cwd: string): string;
  /** Take a line. @returns the complete action, or `null` if more lines must follow */
  take(line: string): string | null;
  /** The unfinished action at the end of the input; `null` if there is none. */
  rest(): string | null;
  /** Whether there is an unfinished action. */
  readonly isBegun: boolean;
  /** Drop the unfinished action. */
  drop(): void;
}

/** Collects the lines of an action. */
class Block implements PlayerInput {
  readonly #prompts: readonly [first: (cwd: string) => string, more: string];
  readonly #isComplete: (block: readonly string[]) => boolean;
  #lines: string[] = [];

  constructor(
    prompts: readonly [first: (cwd: string) => string, more: string],
    isComplete: (block: readonly string[]) => boolean,
  ) {
    this.#prompts = prompts;
    this.#isComplete = isComplete;
  }

  prompt(cwd: string): string {
    const [first, more] = this.#prompts;
    return this.#lines.length === 0 ? first(cwd) : more;
  }

  take(line: string): string | null {
    this.#lines.push(line);
    return this.#isComplete(this.#lines) ? this.rest() : null;
  }

  rest(): string | null {
    const [first, ...more] = this.#lines;
    this.#lines = [];
    if (first === undefined) return null;
    return more.length === 0 ? first : `${[first, ...more].join('\n').trimEnd()}\n`;
  }

  get isBegun(): boolean {
    return this.#lines.length > 0;
  }

  drop(): void {
    this.#lines = [];
  }
}

/** A Python line after which an interpreter would ask for more. */
const UNFINISHED_PYTHON = /(?:[:([{,\\]|"""|''')\s*(?:#.*)?$|^@/;

/** A block of Python goes to the next blank line, as in an interactive interpreter. */
function isCompletePython(block: readonly string[]): boolean {
  if (block.length === 1) return !UNFINISHED_PYTHON.test(block[0] ?? '');
  return block.at(-1)?.trim() === '';
}

/** Bash's errors for a text that ends too early. The sandbox's shell reports all others. */
const UNFINISHED_BASH =
  /^bash: line \d+: (?:syntax error: unexpected end of file|unexpected EOF while|unexpected token `EOF'|warning: here-document)/m;
const CONTINUED = /(?<!\\)(?:\\\\)*\\$/;

/** Asks this machine's Bash, which runs nothing. Without one, every line is complete. */
function isCompleteBash(block: readonly string[]): boolean {
  const text = block.join('\n');
  if (CONTINUED.test(text)) return false;
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  const { stderr } = spawnSync('bash', ['-n'], { input: text, env, encoding: 'utf8', timeout: 5_000 });
  return !UNFINISHED_BASH.test(stderr ?? '');
}

const IS_COMPLETE: Readonly<Record<Prompt['until'], (block: readonly string[]) => boolean>> = {
  line: () => true,
  bash: isCompleteBash,
  python: isCompletePython,
};

/** @param prompt of the environment @default each line is an action, for an environment that is unknown here */
export function playerInput(
  { first, more, until }: Prompt = { first: '>', more: '...', until: 'line' },
): PlayerInput {
  return new Block([(cwd) => first.replaceAll('{cwd}', () => cwd), more], IS_COMPLETE[until]);
}
