import { createHash } from 'node:crypto';
import { loadDatasets } from './dataset-store.ts';
import type { DatasetFields, EnvironmentDefinition, TaskTrial } from './definition.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
import { DEFINITIONS } from './registry.ts';
import { type TaskAnswers, taskAnswersOf } from './task-answers.ts';
import { type TaskFacts, taskFactsOf } from './task-facts.ts';

/** A task with all that a check plays. */
export interface TriedTask extends TaskFacts, TaskAnswers {
  readonly trial: TaskTrial;
  /** SHA-256 in hex of the task's content, without its image. */
  readonly contentHash: string;
}

/** The tasks of one dataset. */
export interface DatasetTrials {
  readonly environment: string;
  readonly dataset: string;
  readonly tasks: readonly TriedTask[];
}

/**
 * The tasks of every dataset of this name, or of all, with their answers: the built-in datasets, then those of a state folder, then
 * the added ones.
 * @param added more datasets, by name
 * @throws {DatasetError} for a malformed record
 */
export async function loadTrials(
  home: string,
  added: Readonly<Record<string, string>>,
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
  isWanted: (environment: string, dataset: string) => boolean = () => true,
): Promise<DatasetTrials[]> {
  const loaded = await loadDatasets(home, added, definitions);
  return definitions.flatMap((definition) => {
    const own = loaded.filter(({ environment }) => environment === definition.id);
    const all = [definition.builtIn, ...own].filter(({ name }) => isWanted(definition.id, name));
    return all.map((dataset) => trialsOf(definition, dataset));
  });
}

function trialsOf(definition: EnvironmentDefinition, dataset: PlayableDataset<TaskRecord>): DatasetTrials {
  const fields: DatasetFields = { ...dataset };
  const records = dataset.tasks;
  const known = { definition, records, fields };
  const [facts, answers] = [taskFactsOf(known), taskAnswersOf(known, {})];
  const common = Object.keys(definition.datasetFields).map((name) => [name, fields[name]]);
  const tasks = records.flatMap((record, index) => {
    const [fact, answer] = [facts[index], answers[index]];
    if (fact === undefined || answer === undefined) return [];
    const trial = definition.trialOf(record);
    const { ungradable, ...content } = record;
    const contentHash = createHash('sha256')
      .update(JSON.stringify([definition.id, common, content, trial]))
      .digest('hex');
    return [{ ...fact, ...answer, trial, contentHash }];
  });
  return { environment: definition.id, dataset: dataset.name, tasks };
}
