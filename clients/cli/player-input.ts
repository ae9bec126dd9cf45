/** How a player's lines become actions in an environment. */
export interface PlayerInput {
  /** What stands before the player's cursor. @param cwd the session's working directory, empty where it has none */
  prompt(cwd: string): string;
  /** Take a line. @returns the action that it completes, or `null` when more lines belong to it */
  take(line: string): string | null;
  /** What was begun and not completed when the input ended. */
  rest(): string | null;
}

const ONE_LINE = { take: (line: string) => line, rest: () => null };

/** A Python line after which an interpreter would ask for more. */
const UNFINISHED = /(?:[:([{,\\]|"""|''')\s*(?:#.*)?$|^@/;

/** A block of Python goes to the next blank line, as in an interactive interpreter. */
class PythonInput implements PlayerInput {
  #block: string[] = [];

  prompt(): string {
    return this.#block.length === 0 ? '>>>' : '...';
  }

  take(line: string): string | null {
    if (this.#block.length === 0 && !UNFINISHED.test(line)) return line;
    if (line.trim() === '') return this.rest();
    this.#block.push(line);
    return null;
  }

  rest(): string | null {
    const block = this.#block.join('\n');
    this.#block = [];
    return block === '' ? null : `${block}\n`;
  }
}

/** @param environment id, e.g. `python-v1` */
export function playerInput(environment: string): PlayerInput {
  if (environment.startsWith('python-')) return new PythonInput();
  if (environment.startsWith('sql-')) return { prompt: () => 'sql>', ...ONE_LINE };
  return { prompt: (cwd) => `${cwd}$`, ...ONE_LINE };
}
