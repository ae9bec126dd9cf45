import { loadDatasets } from './dataset-store.ts';
import type { EnvironmentDefinition } from './definition.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
import { DEFINITIONS } from './registry.ts';

/** A task's gold as the one action that solves it. No agent gets it. */
export interface TaskGold {
  readonly id: string;
  readonly index: number;
  readonly code: string;
  /** How it is played: as a step before the submit, or as the answer of the submit. */
  readonly as: 'step' | 'answer';
}

export interface DatasetGolds {
  readonly environment: string;
  readonly dataset: string;
  readonly golds: readonly TaskGold[];
}

function goldsOf(definition: EnvironmentDefinition, dataset: PlayableDataset<TaskRecord>): DatasetGolds {
  const golds = dataset.tasks.map((task, index) => ({
    id: task.id,
    index,
    code: definition.goldOf(task, { ...dataset }),
    as: definition.goldAs(task),
  }));
  return { environment: definition.id, dataset: dataset.name, golds };
}

/**
 * The golds of all datasets of a state folder.
 * @param added more datasets, by name
 * @throws {DatasetError} for a malformed record
 */
export async function loadGolds(
  home: string,
  added: Readonly<Record<string, string>> = {},
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
): Promise<DatasetGolds[]> {
  const loaded = await loadDatasets(home, added, definitions);
  return [
    ...definitions.map((definition) => goldsOf(definition, definition.builtIn)),
    ...loaded.flatMap((dataset) => {
      const definition = definitions.find(({ id }) => id === dataset.environment);
      return definition === undefined ? [] : [goldsOf(definition, dataset)];
    }),
  ];
}
