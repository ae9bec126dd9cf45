import { load } from './programs.ts';
import type { Terminal } from './terminal.ts';

export interface DatasetPlaces {
  /** The state folder, which has the imported datasets. */
  readonly home: string;
  /** Paths of more datasets, by name. */
  readonly added: Readonly<Record<string, string>>;
}

/** Where a server that is started here finds datasets. Reads no other setting, so that a wrong one does not matter. */
export async function datasetPlaces({ env }: Terminal): Promise<DatasetPlaces> {
  const [{ stateFolder }, { parseConfig }] = await Promise.all([load('state'), load('config')]);
  const { dataset } = parseConfig([], { STEPWELL_DATASET: env.STEPWELL_DATASET });
  return { home: stateFolder(env), added: dataset };
}
