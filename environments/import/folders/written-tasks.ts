import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'smol-toml';
import { DatasetError, type DatasetPlace } from '../../dataset-error.ts';
import { datasetsFolder } from '../../dataset-store.ts';
import { namesIn } from '../../task-folder.ts';
import { terminal } from '../../terminal/definition.ts';
import { readHarborFolder } from '../../terminal/task-folder.ts';
import { replaceDataset } from '../dataset-writer.ts';
import type { ImportedDataset } from '../intercode.ts';

/** A file of a task's folder. Scripts (`.sh`) become executable. */
export interface WrittenFile {
  /** Relative to the task's folder. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** A folder or file on this machine that is copied into a task's folder. */
export interface CopiedFiles {
  readonly from: string;
  /** Relative to the task's folder. */
  readonly to: string;
  /** Whether a path below `from` is left out. @default none is */
  readonly isLeftOut?: (path: string) => boolean;
}

/** A task in Harbor's format, before it is written. */
export interface WrittenTask {
  /** Name of its folder. */
  readonly id: string;
  /** Where it was read, for errors. */
  readonly place: DatasetPlace;
  /** Tables of `task.toml`, without the schema version. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly instruction: string;
  readonly files: readonly WrittenFile[];
  /** @default none */
  readonly copied?: readonly CopiedFiles[];
}

const SCHEMA_VERSION = '1.4';

/** @throws {DatasetError} for a name that no folder of a task may have, or that another task has */
export function checkIds(tasks: readonly WrittenTask[]): void {
  const known = new Set<string>();
  for (const { id, place } of tasks) {
    if (!/^[A-Za-z0-9][\w.+-]*$/.test(id)) {
      throw new DatasetError(place, `${JSON.stringify(id)} cannot be the name of a task's folder`);
    }
    if (known.has(id)) throw new DatasetError(place, `another task is already called ${id}`);
    known.add(id);
  }
}

/**
 * Write tasks as a dataset of `terminal-v1`, whole or not at all; a dataset with the same name is replaced. Each folder is read
 * again before the dataset is there.
 * @throws {DatasetError} also for a task that cannot be played
 */
export async function writeTasks(
  tasks: readonly WrittenTask[],
  { home, name }: { readonly home: string; readonly name: string },
): Promise<ImportedDataset> {
  checkIds(tasks);
  const folder = await replaceDataset(datasetsFolder(home), name, async (unfinished) => {
    const ids = tasks.map(({ id }) => JSON.stringify(id)).join(', ');
    const head = `format = 1\nenvironment = "${terminal.id}"\norder = [${ids}]\n`;
    await writeFile(join(unfinished, 'dataset.toml'), head);
    for (const task of tasks) {
      const target = join(unfinished, task.id);
      await writeTask(task, target);
      readAgain(task, target);
    }
  });
  return { name, environment: terminal.id, tasks: tasks.length, folder };
}

async function writeTask({ config, instruction, files, copied = [] }: WrittenTask, target: string) {
  await mkdir(target);
  const toml = stringify({ schema_version: SCHEMA_VERSION, ...config });
  const all = [
    { path: 'task.toml', content: `${toml}\n` },
    { path: 'instruction.md', content: `${instruction.trimEnd()}\n` },
    ...files,
  ];
  for (const { from, to, isLeftOut = () => false } of copied) {
    await cp(from, join(target, to), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path === from || !isLeftOut(path.slice(from.length + 1)),
    });
  }
  for (const { path, content } of all) {
    const file = join(target, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (path.endsWith('.sh')) await chmod(file, 0o755);
  }
}

/** @throws {DatasetError} with the place that the task came from */
function readAgain({ id, place }: WrittenTask, target: string): void {
  try {
    readHarborFolder(target, namesIn(target));
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    const field = error.place.field === undefined ? '' : `${error.place.field}: `;
    throw new DatasetError(place, `task ${id} cannot be played: ${field}${error.reason}`, { cause: error });
  }
}
