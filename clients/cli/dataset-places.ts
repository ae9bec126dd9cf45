import { existsSync, statSync } from 'node:fs';
import type { EnvironmentDefinition } from '../../environments/definition.ts';
import { stateFolder } from '../../server/config/state-folder.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

export interface DatasetPlaces {
  /** The state folder, which has the imported datasets. */
  readonly home: string;
  /** Paths of more datasets, by name. */
  readonly added: Readonly<Record<string, string>>;
  /** The built-in environments, and those of `STEPWELL_ENVIRONMENT`. */
  readonly definitions: readonly EnvironmentDefinition[];
  /** Folders of the definitions, which have their cheats and samples, by id. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Where a server that is started here finds environments and datasets. Other settings are not read, so they may be wrong. */
export async function datasetPlaces({ env }: Terminal): Promise<DatasetPlaces> {
  const [{ configOf }, { loadDefinitions }, { builtInImages }] = await Promise.all([
    import('../../server/config/flags.ts'),
    import('../../environments/load-definition.ts'),
    import('../../docker/images/definitions.ts'),
  ]);
  const { STEPWELL_DATASET, STEPWELL_ENVIRONMENT } = env;
  const { dataset, environment } = configOf({}, { STEPWELL_DATASET, STEPWELL_ENVIRONMENT });
  const names = builtInImages.map(({ name }) => name);
  const loaded = await loadDefinitions(environment, names);
  return {
    home: stateFolder(env),
    added: dataset,
    definitions: loaded.map(({ definition }) => definition),
    folders: new Map(loaded.map(({ definition, folder }) => [definition.id, folder])),
  };
}

/** An environment, named by an argument. */
interface NamedEnvironment {
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
