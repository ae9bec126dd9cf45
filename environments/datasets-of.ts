import type { EnvironmentDefinition, Shape } from './definition.ts';
import type { PlayableDataset, StoredDataset, TaskRecord } from './playable-dataset.ts';

/** The datasets of one environment. */
export function datasetsOf<S extends Shape, R extends TaskRecord, D extends PlayableDataset<TaskRecord>>(
  { id }: EnvironmentDefinition<S, R, D>,
  datasets: readonly StoredDataset[],
): StoredDataset<R>[] {
  // Its records were read by the definition's own schema.
  return datasets.filter(({ environment }) => environment === id) as StoredDataset<R>[];
}
