import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command-error.ts';
import { localEnvironments } from './local-tasks.ts';
import { environmentFolder } from './programs.ts';
import type { Terminal } from './terminal.ts';

/** An environment that an argument of the command line names. */
export interface NamedEnvironment {
  readonly id: string;
  /** Its folder, with its cheats and samples. */
  readonly folder: string;
}

/**
 * What `<environment | folder>` names.
 * @throws {CommandError} for an environment that there is not, and for a folder: definitions are not loaded from folders yet
 */
export async function environmentFrom(argument: string, terminal: Terminal): Promise<NamedEnvironment> {
  const known = await localEnvironments(terminal);
  if (known.has(argument)) return { id: argument, folder: fileURLToPath(environmentFolder(argument)) };
  const ids = [...known.keys()].join(', ');
  if (existsSync(argument) && statSync(argument).isDirectory()) {
    throw new CommandError(
      `${argument}: is a folder, and environments are not loaded from folders yet: give ${ids}`,
    );
  }
  throw new CommandError(`there is no environment and no folder "${argument}": give ${ids}`);
}
