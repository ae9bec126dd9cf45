import { loadDatasets } from './dataset-store.ts';
import type { DatasetFields, EnvironmentDefinition } from './definition.ts';
import type { TaskRecord } from './playable-dataset.ts';
import { DEFINITIONS } from './registry.ts';

/** What a cheat may know about a task: only what an agent could guess or learn, never the task's own gold. */
export interface TaskFacts {
  readonly id: string;
  readonly index: number;
  /** Names that tests may use, the most important one first. May be empty. */
  readonly names: readonly string[];
  /** The gold of another task of the dataset, if one has a different gold. */
  readonly anotherGold: string | null;
}

export interface WantedFacts {
  /** State folder. */
  readonly home: string;
  /** More datasets besides the imported ones, by name. */
  readonly added: Readonly<Record<string, string>>;
  readonly environment: string;
  /** @default the built-in one */
  readonly dataset: string | undefined;
  /** Reset options, e.g. the dialect of the texts: they take the place of the dataset's fields of the same name. @default none */
  readonly options?: Readonly<Record<string, unknown>>;
  /** @default those of the built-in environments */
  readonly definitions?: readonly EnvironmentDefinition[];
}

/**
 * Facts of every task of a dataset, in its order.
 * @returns `null` if the environment has no such dataset
 * @throws {DatasetError} for a record that is malformed
 */
export async function taskFacts(wanted: WantedFacts): Promise<TaskFacts[] | null> {
  const known = await recordsOf(wanted);
  return known === null ? null : taskFactsOf(known);
}

/** Facts of records that are read already, in their order. */
export function taskFactsOf({ definition, records, fields }: KnownRecords): TaskFacts[] {
  const golds = records.map((record) => definition.goldOf(record, fields));
  return records.map((record, index) => ({
    id: record.id,
    index,
    names: definition.namesOf(record),
    anotherGold: anotherOf(golds, index),
  }));
}

/** Records with their definition. */
export interface KnownRecords {
  readonly definition: EnvironmentDefinition;
  readonly records: readonly TaskRecord[];
  /** Fields of their dataset's file, or what the options have in their place. */
  readonly fields: DatasetFields;
}

/** The records of a dataset; `null` if the environment has no such dataset. @throws {DatasetError} */
export async function recordsOf(wanted: WantedFacts): Promise<KnownRecords | null> {
  const { home, added, environment, dataset, options = {}, definitions = DEFINITIONS } = wanted;
  const definition = definitions.find(({ id }) => id === environment);
  if (definition === undefined) return null;
  const { builtIn } = definition;
  const loaded = await loadDatasets(home, added, definitions);
  const known = [builtIn, ...loaded.filter((one) => one.environment === environment)];
  const found = known.find(({ name }) => name === (dataset ?? builtIn.name));
  if (found === undefined) return null;
  const wantedFields = Object.entries(options).filter(([name]) => name in definition.datasetFields);
  const fields = { ...found, ...Object.fromEntries(wantedFields) };
  return { definition, records: found.tasks, fields };
}

/** The next different gold. Neighbours are often the same question in other words, so the search begins half-way round. */
function anotherOf(golds: readonly string[], index: number): string | null {
  const half = Math.floor(golds.length / 2);
  for (let step = 0; step < golds.length; step += 1) {
    const other = golds[(index + half + step) % golds.length];
    if (other !== undefined && other !== golds[index]) return other;
  }
  return null;
}
