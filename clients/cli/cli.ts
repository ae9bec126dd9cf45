import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface Cli {
  readonly terminal: Terminal;
  /** Set the exit status of a run that does not fail. @default 0 */
  exit(code: number): void;
  /** Id of the environment that an argument names, by its id or its folder. */
  environmentId(text: string): string;
}
