import { existsSync, statSync } from 'node:fs';
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
  const { folders } = await datasetPlaces(terminal);
  const folder = folders.get(argument);
  if (folder !== undefined) return { id: argument, folder };
  const isFolder = existsSync(argument) && statSync(argument).isDirectory();
  const remedy = isFolder
    ? `did you mean the folder ./${argument}?`
    : `give ${[...folders.keys()].join(', ')}, or a folder`;
  throw new CommandError(`there is no environment "${argument}": ${remedy}`);
}
