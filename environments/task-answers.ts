import type { TaskRecord } from './playable-dataset.ts';
import { optionParser } from './reset-options.ts';
import { recordsOf, type WantedFacts } from './task-facts.ts';

/** The answers in a task's record. No agent gets them. */
export interface TaskAnswers {
  /** Whether they are code of a step before the submit, or the answer of the submit, as for a program that reads input. */
  readonly as: 'step' | 'answer';
  readonly gold: string;
  /** Reward of an episode whose only action is the gold, with the options that are wanted. */
  readonly goldReward: number;
  /** Plausible but wrong: each must score below the gold. */
  readonly wrong: readonly string[];
  /** Attempts to get a reward without solving the task: each must score as a no-op. */
  readonly cheats: readonly string[];
}

/** Fields of a record that an environment may have. */
interface AnsweredRecord extends TaskRecord {
  /** Each in the form of the gold. */
  readonly wrong?: readonly unknown[] | undefined;
  readonly cheats?: readonly string[] | undefined;
}

/**
 * The answers of every task of a dataset, in its order.
 * @returns `null` if the environment has no such dataset
 * @throws {DatasetError} for a record that is malformed
 * @throws {ProtocolError} `invalid_params` for the first invalid option
 */
export async function taskAnswers(wanted: WantedFacts): Promise<TaskAnswers[] | null> {
  const known = await recordsOf(wanted);
  if (known === null) return null;
  const { definition, records, fields } = known;
  const options = optionParser(definition.options)(wanted.options ?? {});
  return records.map((record: AnsweredRecord) => ({
    as: definition.goldAs(record),
    gold: definition.goldOf(record, fields),
    goldReward: definition.goldReward(record, fields, options),
    wrong: (record.wrong ?? []).map((gold) => definition.goldOf({ ...record, gold } as TaskRecord, fields)),
    cheats: record.cheats ?? [],
  }));
}
