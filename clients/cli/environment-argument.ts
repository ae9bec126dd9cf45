import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import type { Terminal } from './terminal.ts';

/** An environment, named by an argument. */
export interface NamedEnvironment {
  readonly id: string;
  /** Its folder, with its cheats and samples. */
  readonly folder: string;
}

/**
 * The environment with an id.
 * @throws {CommandError} there is none with this id
 */
export async function environmentFrom(argument: string, terminal: Terminal): Promise<NamedEnvironment> {
  const { definitions } = await datasetPlaces(terminal);
  const definition = definitions.find(({ id }) => id === argument);
  if (definition !== undefined) {
    return { id: argument, folder: fileURLToPath(new URL('.', definition.readme)) };
  }
  const isFolder = existsSync(argument) && statSync(argument).isDirectory();
  const folder = isFolder ? `; the folder is ./${argument}` : '';
  const ids = definitions.map(({ id }) => id).join(', ');
  throw new CommandError(`there is no environment "${argument}"${folder}: give ${ids}, or a folder`);
}
