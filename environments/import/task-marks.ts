import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ungradable } from '../../protocol/environment.ts';
import { parsedJson } from '../dataset-error.ts';

/** The result of a check of a dataset's tasks. */
export interface TaskMarks {
  /** Engine that they were tried on. */
  readonly engine: string;
  /** When, in ISO 8601. */
  readonly at: string;
  /** Tasks that cannot be graded, by id; all others can. */
  readonly ungradable: ReadonlyMap<string, Ungradable>;
  /** Whether every task could be tried; if not, the dataset stays unchecked. */
  readonly complete: boolean;
}

/** Write the result of a check into a dataset's file, whole or not at all. @param folder of the dataset */
export async function markTasks(
  folder: string,
  { engine, at, ungradable, complete }: TaskMarks,
): Promise<void> {
  const path = join(folder, 'dataset.json');
  const {
    check: _,
    tasks,
    ...file
  } = parsedJson(await readFile(path, 'utf8'), { file: path }) as {
    readonly check?: unknown;
    readonly tasks: readonly Readonly<Record<string, unknown>>[];
  };
  const marked = tasks.map(({ ungradable: _, ...task }) => {
    const mark = ungradable.get(String(task.id));
    return mark === undefined ? task : { ...task, ungradable: mark };
  });
  const check = complete ? { check: { at, engine } } : {};
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify({ ...file, ...check, tasks: marked }, null, 1)}\n`);
  await rename(unfinished, path);
}
