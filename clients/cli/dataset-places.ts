import { load } from './programs.ts';
import type { Terminal } from './terminal.ts';

export interface DatasetPlaces {
  /** The state folder, which has the imported datasets. */
  readonly home: string;
  /** Paths of more datasets, by name. */
  readonly added: Readonly<Record<string, string>>;
}

/** Where a server started here would find datasets. Of its settings no other one is looked at. */
export async function datasetPlaces({ env }: Terminal): Promise<DatasetPlaces> {
  const [{ stateFolder }, { parseConfig }] = await Promise.all([load('state'), load('config')]);
  const { dataset } = parseConfig([], { STEPWELL_DATASET: env.STEPWELL_DATASET });
  return { home: stateFolder(env), added: dataset };
}
