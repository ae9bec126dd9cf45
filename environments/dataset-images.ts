import type { EnvironmentDefinition } from './definition.ts';
import type { PlayableDataset, StoredDataset, TaskRecord } from './playable-dataset.ts';

/** Names of the images that a dataset's episodes need, with those of its tasks; `null` if there is no dataset of this name. */
export function imagesOfDataset(
  name: string,
  datasets: readonly StoredDataset[],
  definitions: readonly EnvironmentDefinition[],
): string[] | null {
  const found = datasets.find((dataset) => dataset.name === name);
  const definition = definitions.find(({ id }) => id === found?.environment);
  if (found === undefined || definition === undefined) return null;
  const served: PlayableDataset<TaskRecord> = definition.served(found);
  const own = definition.imagesOf(served).map((image) => image.name);
  // Tasks without an image of their own are played in that of the dataset.
  return [...new Set([...own, ...(own.length === 0 ? [served.image] : [])])];
}
