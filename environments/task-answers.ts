import type { TaskRecord } from './playable-dataset.ts';
import { recordsOf, type WantedFacts } from './task-facts.ts';

/** The answers of a task that its record knows. No server tells them to a client. */
export interface TaskAnswers {
  /** Whether they are code of a step before the submit, or what is given with it: a program waits for its input. */
  readonly as: 'step' | 'answer';
  readonly gold: string;
  /** Plausible but wrong: each must score below 1. */
  readonly wrong: readonly string[];
  /** Attempts to be rewarded without solving the task: each must score as if it solved nothing. */
  readonly cheats: readonly string[];
}

/** Fields of a record that an environment may have. */
interface AnsweredRecord extends TaskRecord {
  /** Each as its gold is written. */
  readonly wrong?: readonly unknown[] | undefined;
  readonly cheats?: readonly string[] | undefined;
}

/**
 * The answers of every task of a dataset, in its order.
 * @returns `null` where the environment has no such dataset
 * @throws {DatasetError} for a record that is malformed
 */
export async function taskAnswers(wanted: WantedFacts): Promise<TaskAnswers[] | null> {
  const known = await recordsOf(wanted);
  if (known === null) return null;
  const { definition, records, fields } = known;
  return records.map((record: AnsweredRecord) => ({
    // What has an entry is no program, and can be defined in a step.
    as: 'entry' in record ? 'step' : definition.goldAs,
    gold: definition.goldOf(record, fields),
    wrong: (record.wrong ?? []).map((gold) => definition.goldOf({ ...record, gold } as TaskRecord, fields)),
    cheats: record.cheats ?? [],
  }));
}
