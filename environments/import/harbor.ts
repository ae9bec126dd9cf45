import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { datasetsFolder } from '../dataset-store.ts';
import { isTaskFolder, namesIn } from '../task-folder.ts';
import { terminal } from '../terminal/definition.ts';
import { readHarborFolder } from '../terminal/task-folder.ts';
import { replaceDataset } from './dataset-writer.ts';
import type { ImportResult } from './intercode.ts';

const HEAD = `format = 1\nenvironment = "${terminal.id}"\n`;

/**
 * The tasks of a folder: those in its subfolders, or the folder itself.
 * @param isTask whether a folder with these names in it is one
 * @throws {DatasetError} if there is no such folder
 */
export async function taskFolders(
  folder: string,
  isTask: (names: readonly string[]) => boolean,
): Promise<string[]> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw new DatasetError({ file: folder }, 'no such folder');
  if (isTask(namesIn(folder))) return [folder];
  const entries = await readdir(folder, { withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const paths = inside.map((entry) => join(folder, entry.name)).sort();
  return paths.filter((path) => isTask(namesIn(path)));
}

/**
 * Import a folder of tasks in Harbor's format, or one such task, into the datasets of `home`: its folders are copied. A task
 * that is malformed or that cannot be played for now is left out, with the reason.
 * @param name of the dataset @default the folder's name
 * @throws {DatasetError} if no task is left; nothing is written then
 */
export async function importHarbor(
  folder: string,
  home: string,
  name = basename(resolve(folder)),
): Promise<ImportResult> {
  const left: { readonly name: string; readonly reason: string }[] = [];
  const tasks: string[] = [];
  const found = await taskFolders(resolve(folder), isTaskFolder);
  for (const task of found) {
    try {
      readHarborFolder(task, namesIn(task));
      tasks.push(task);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      left.push({ name: basename(task), reason: error.message });
    }
  }
  if (tasks.length === 0) {
    const [first] = left;
    const why =
      first === undefined ? 'it has no folder with a task.toml' : `e.g. ${first.name}: ${first.reason}`;
    throw new DatasetError({ file: folder }, `no task of this folder can be played; ${why}`);
  }
  const written = await replaceDataset(datasetsFolder(home), name, async (unfinished) => {
    await writeFile(join(unfinished, 'dataset.toml'), HEAD);
    for (const task of tasks) {
      await cp(task, join(unfinished, basename(task)), { recursive: true, verbatimSymlinks: true });
    }
  });
  return { imported: [{ name, environment: terminal.id, tasks: tasks.length, folder: written }], left };
}
