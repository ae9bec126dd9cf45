import { goldCode } from './bash/task-placement.ts';
import { BUILT_IN as BASH_BUILT_IN } from './bash/tasks/built-in.ts';
import { loadDatasets, type StoredDataset } from './dataset-store.ts';
import { BUILT_IN as PYTHON_BUILT_IN } from './python/tasks/built-in.ts';
import { BUILT_IN as SQL_BUILT_IN } from './sql/tasks/built-in.ts';

/** A task's gold as the one action that solves it. No server tells it to a client. */
export interface TaskGold {
  readonly id: string;
  readonly index: number;
  readonly code: string;
}

export interface DatasetGolds {
  readonly environment: string;
  readonly dataset: string;
  /** How a gold is played: as a step before the submit, or as the answer of it. A program would wait for its input. */
  readonly as: 'step' | 'answer';
  readonly golds: readonly TaskGold[];
}

/** A record's gold, whichever environment it is for. */
interface WithGold {
  readonly id: string;
  readonly gold: string | readonly string[] | Readonly<Record<'sqlite' | 'mysql', string>>;
}

function codeOf({ gold }: WithGold, dialect: 'sqlite' | 'mysql'): string {
  if (typeof gold === 'string') return gold;
  return 'sqlite' in gold ? gold[dialect] : goldCode([...gold]);
}

function goldsOf(tasks: readonly WithGold[], dialect: 'sqlite' | 'mysql' = 'sqlite'): TaskGold[] {
  return tasks.map((task, index) => ({ id: task.id, index, code: codeOf(task, dialect) }));
}

function stored(dataset: StoredDataset): DatasetGolds {
  const { environment, name, tasks } = dataset;
  const dialect = dataset.environment === 'sql-v1' ? dataset.dialect : undefined;
  return { environment, dataset: name, as: playedAs(environment), golds: goldsOf(tasks, dialect) };
}

function playedAs(environment: string): DatasetGolds['as'] {
  return environment === 'python-v1' ? 'answer' : 'step';
}

/**
 * The golds of every dataset that a server of this state folder has.
 * @param added more datasets, by name
 * @throws {DatasetError} for a record that is malformed
 */
export async function loadGolds(
  home: string,
  added: Readonly<Record<string, string>> = {},
): Promise<DatasetGolds[]> {
  const builtIn = [
    ['bash-v1', BASH_BUILT_IN],
    ['sql-v1', SQL_BUILT_IN],
    ['python-v1', PYTHON_BUILT_IN],
  ] as const;
  return [
    ...builtIn.map(([environment, { name, tasks }]) => ({
      environment,
      dataset: name,
      as: playedAs(environment),
      golds: goldsOf(tasks),
    })),
    ...(await loadDatasets(home, added)).map(stored),
  ];
}
