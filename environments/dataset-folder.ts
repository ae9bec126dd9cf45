import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { checked, DatasetError, fieldName, parsedToml } from './dataset-error.ts';
import type { DatasetHead } from './dataset-file.ts';
import type { EnvironmentDefinition, Shape } from './definition.ts';
import { lineInToml } from './line-of-path.ts';
import { nearestKey } from './nearest-key.ts';
import type { TaskRecord } from './playable-dataset.ts';
import { checkedRecords, type FoundRecord, LIST_ENDS, listIn, withShared } from './record-list.ts';
import { isOneTask, isTaskFolder, namesIn, readTaskFolder } from './task-folder.ts';

/** The fields of a definition that say how tasks are stored in files. */
type TaskFiles<R extends TaskRecord> = Pick<EnvironmentDefinition<Shape, R>, 'record' | 'layout' | 'shared'>;

const HEAD_FILE = 'dataset.toml';
/** Name of a list of tasks, and of its tables in TOML. */
export const TASKS = 'tasks';

/** A folder of tasks, not read yet. */
interface Part {
  readonly folder: string;
  readonly names: readonly string[];
}

function isPart(names: readonly string[]): boolean {
  return isTaskFolder(names) || LIST_ENDS.some((end) => names.includes(`${TASKS}${end}`));
}

/** The parts of a dataset in their order. @throws {DatasetError} if `order` does not name each of them once */
function ordered(parts: ReadonlyMap<string, Part>, order: readonly string[], file: string, text: string) {
  const refuse = (index: number | null, reason: string): never => {
    const path = index === null ? ['order'] : ['order', index];
    throw new DatasetError({ file, line: lineInToml(text, path), field: fieldName(path) }, reason);
  };
  const found = order.map((name, index) => {
    const part = parts.get(name);
    if (part !== undefined && order.indexOf(name) === index) return part;
    if (part !== undefined) return refuse(index, `${name} is listed twice`);
    const nearest = nearestKey(name, [...parts.keys()]);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    return refuse(index, `there is no folder ${JSON.stringify(name)} with a task${hint}`);
  });
  const left = [...parts.keys()].find((name) => !order.includes(name));
  return left === undefined ? found : refuse(null, `the folder ${left} is not listed`);
}

/** The `dataset.toml` of a folder of tasks, with the parts in its order. */
export interface DatasetFolder {
  readonly file: string;
  /** `null` if there is no `dataset.toml`. */
  readonly head: DatasetHead | null;
  readonly parts: readonly Part[];
}

/**
 * Opens a folder whose tasks are in subfolders, or the folder of one task.
 * @param schema of `dataset.toml`
 * @throws {DatasetError} for an invalid `dataset.toml`
 */
export function openDatasetFolder(folder: string, schema: z.ZodType<DatasetHead>): DatasetFolder {
  const own = namesIn(folder);
  // The folder of one task is a dataset of this task.
  if (isOneTask(own)) return { file: folder, head: null, parts: [{ folder, names: own }] };
  const parts = new Map<string, Part>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || !entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    const names = namesIn(path);
    if (isPart(names)) parts.set(entry.name, { folder: path, names });
  }
  const file = join(folder, HEAD_FILE);
  const text = textOrNull(file);
  if (text === null) {
    const names = [...parts.keys()].sort();
    return { file: folder, head: null, parts: names.flatMap((name) => parts.get(name) ?? []) };
  }
  const head = checked(schema, parsedToml(text, file), (path) => ({
    file,
    line: lineInToml(text, path),
    field: fieldName(path),
  }));
  return { file, head, parts: ordered(parts, head.order ?? [...parts.keys()].sort(), file, text) };
}

function textOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** The records of a part: one of a task's folder, all of a list. @throws {DatasetError} */
export function recordsOf(
  { folder, names }: Part,
  files: Pick<EnvironmentDefinition, 'layout' | 'shared'>,
): readonly FoundRecord[] {
  const { layout } = files;
  if (isTaskFolder(names)) return [layout.read?.(folder, names) ?? readTaskFolder(folder, names, layout)];
  const shared = files.shared(folder, names);
  const records = listIn(folder, names, TASKS)?.records ?? [];
  return records.map((record) => withShared(record, shared));
}

/** All tasks of a folder. @throws {DatasetError} for a record that does not fit its schema */
export function tasksOf<R extends TaskRecord>({ file, parts }: DatasetFolder, files: TaskFiles<R>): R[] {
  return checkedRecords(
    files.record,
    parts.flatMap((part) => recordsOf(part, files)),
    file,
  );
}
