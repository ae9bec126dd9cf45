import { readFileSync } from 'node:fs';
import { BashEnvironment } from './bash/environment.ts';
import { BUILT_IN } from './bash/tasks/built-in.ts';
import { DatasetError } from './dataset-error.ts';
import { datasetsOf, type StoredDataset } from './dataset-store.ts';
import type { Environment, EnvironmentContext } from './environment.ts';
import { GoldCache } from './gold-cache.ts';
import { PythonEnvironment } from './python/environment.ts';
import { BUILT_IN as PYTHON_BUILT_IN } from './python/tasks/built-in.ts';
import { SqlEnvironment } from './sql/environment.ts';
import { BUILT_IN as SQL_BUILT_IN } from './sql/tasks/built-in.ts';

export interface RegistryParts extends EnvironmentContext {
  /** Imported and added datasets, as `loadDatasets` gives them. @default none */
  readonly datasets?: readonly StoredDataset[];
  /** @default a cache with its own defaults */
  readonly goldCache?: GoldCache;
}

/**
 * Every environment of this server, by id.
 * @throws {DatasetError} where a dataset has the name of the built-in one
 */
export function createEnvironments(parts: RegistryParts): ReadonlyMap<string, Environment> {
  const { sandboxes, defaults, datasets = [], goldCache = new GoldCache() } = parts;
  const doubled = datasets.find(({ name }) => name === BUILT_IN.name);
  if (doubled !== undefined) {
    throw new DatasetError({ file: doubled.name }, 'the built-in tasks have this name');
  }
  const bash = new BashEnvironment({
    sandboxes,
    defaults,
    datasets: [{ ...BUILT_IN, definition: null, checked: true }, ...datasetsOf('bash-v1', datasets)],
    goldCache,
    readme: readFileSync(new URL('./bash/README.md', import.meta.url), 'utf8'),
  });
  const sql = new SqlEnvironment({
    sandboxes,
    defaults,
    builtIn: SQL_BUILT_IN,
    datasets: datasetsOf('sql-v1', datasets),
    goldCache,
    readme: readFileSync(new URL('./sql/README.md', import.meta.url), 'utf8'),
  });
  const python = new PythonEnvironment({
    sandboxes,
    defaults,
    datasets: [
      { ...PYTHON_BUILT_IN, image: 'python', definition: null, checked: true },
      ...datasetsOf('python-v1', datasets),
    ],
    readme: readFileSync(new URL('./python/README.md', import.meta.url), 'utf8'),
  });
  const environments: readonly Environment[] = [bash, sql, python];
  return new Map(environments.map((environment) => [environment.id, environment]));
}
