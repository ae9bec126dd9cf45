import { datasetPlaces } from './dataset-places.ts';
import { namedDataset } from './folder-dataset.ts';
import type { Terminal } from './terminal.ts';

/** The images that arguments mean: names of images, and for datasets, by name or path, all of their images. */
export async function namedImages(
  wanted: readonly string[],
  from: Terminal,
): Promise<{ readonly names: readonly string[]; readonly terminal: Terminal }> {
  let terminal = from;
  const asked: string[] = [];
  for (const argument of wanted) {
    // A folder of this name beside the command is no path here: images have plain names.
    if (!argument.includes('/') && argument !== '.') {
      asked.push(argument);
      continue;
    }
    const named = await namedDataset(argument, undefined, terminal);
    terminal = named.terminal;
    asked.push(named.name);
  }
  if (asked.length === 0) return { names: [], terminal };
  const [{ imagesOfDataset }, { loadDatasets }, { home, added, definitions }] = await Promise.all([
    import('../../environments/dataset-images.ts'),
    import('../../environments/dataset-store.ts'),
    datasetPlaces(terminal),
  ]);
  const datasets = await loadDatasets(home, added, definitions);
  const names = asked.flatMap((name) => imagesOfDataset(name, datasets, definitions) ?? [name]);
  return { names: [...new Set(names)], terminal };
}

/** Stand-ins for base images: those of `STEPWELL_BASE`, and of flags. @throws {ConfigError} for one that is malformed */
export async function basesOf(
  given: readonly string[],
  { env }: Terminal,
): Promise<Readonly<Record<string, string>>> {
  const { configOf, joinedItems, splitItems } = await import('../../server/config/flags.ts');
  const items = [...splitItems(env.STEPWELL_BASE ?? ''), ...given];
  return configOf({}, { STEPWELL_BASE: joinedItems(items) }).base;
}
