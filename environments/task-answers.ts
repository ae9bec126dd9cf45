import { goldCode } from './bash/task-placement.ts';
import { type AnyRecord, type RecordText, recordsOf, type WantedFacts } from './task-facts.ts';

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

/**
 * The answers of every task of a dataset, in its order.
 * @returns `null` where the environment has no such dataset
 * @throws {DatasetError} for a record that is malformed
 */
export async function taskAnswers(wanted: WantedFacts): Promise<TaskAnswers[] | null> {
  const { environment, dialect = 'sqlite' } = wanted;
  const records = await recordsOf(wanted);
  return (
    records?.map((record) => ({
      as: playedAs(environment, record),
      gold: textOf(record.gold, dialect),
      wrong: (record.wrong ?? []).map((text) => textOf(text, dialect)),
      cheats: record.cheats ?? [],
    })) ?? null
  );
}

function playedAs(environment: string, { entry }: AnyRecord): TaskAnswers['as'] {
  return environment === 'python-v1' && entry === undefined ? 'answer' : 'step';
}

function textOf(text: RecordText, dialect: 'sqlite' | 'mysql'): string {
  if (typeof text === 'string') return text;
  return 'sqlite' in text ? text[dialect] : goldCode([...text]);
}
