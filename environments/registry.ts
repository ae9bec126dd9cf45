import { bash } from './bash/definition.ts';
import { DatasetError } from './dataset-error.ts';
import type { EnvironmentDefinition } from './definition.ts';
import type { Environment, EnvironmentContext } from './environment.ts';
import { GoldCache } from './gold-cache.ts';
import type { StoredDataset } from './playable-dataset.ts';
import { PlayedEnvironment } from './played-environment.ts';
import { python } from './python/definition.ts';
import { sql } from './sql/definition.ts';
import { terminal } from './terminal/definition.ts';

/** The built-in environments. */
export const DEFINITIONS: readonly EnvironmentDefinition[] = [bash, sql, python, terminal];

export interface RegistryParts extends Omit<EnvironmentContext, 'goldCache'> {
  /** @default the built-in ones */
  readonly definitions?: readonly EnvironmentDefinition[];
  /** Imported and added datasets, from `loadDatasets`. @default none */
  readonly datasets?: readonly StoredDataset[];
  /** @default a cache with its own defaults */
  readonly goldCache?: GoldCache;
}

/** @throws {DatasetError} if a dataset has the name of a built-in one */
export function refuseBuiltInNames(
  definitions: readonly EnvironmentDefinition[],
  datasets: readonly StoredDataset[],
): void {
  const taken = new Set(definitions.map(({ builtIn }) => builtIn.name));
  const doubled = datasets.find(({ name }) => taken.has(name));
  if (doubled === undefined) return;
  throw new DatasetError({ file: doubled.name }, 'this is the name of the built-in tasks');
}

/**
 * Every environment of this server, by id.
 * @throws {DatasetError} if a dataset has the name of a built-in one
 */
export function createEnvironments(parts: RegistryParts): ReadonlyMap<string, Environment> {
  const { definitions = DEFINITIONS, datasets = [], goldCache = new GoldCache(), ...context } = parts;
  refuseBuiltInNames(definitions, datasets);
  return new Map(
    definitions.map((definition) => {
      const own = datasets.filter(({ environment }) => environment === definition.id);
      const all = [definition.builtIn, ...own.map((dataset) => definition.served(dataset))] as const;
      return [definition.id, new PlayedEnvironment(definition, { ...context, goldCache, datasets: all })];
    }),
  );
}
