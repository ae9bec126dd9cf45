import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { datasetsFolder } from '../dataset-store.ts';
import { writeDataset } from './dataset-writer.ts';
import { readSet, setNumbers } from './nl2bash.ts';

export interface ImportedDataset {
  readonly name: string;
  readonly tasks: number;
  readonly folder: string;
}

export interface ImportResult {
  readonly imported: readonly ImportedDataset[];
  /** Parts of InterCode that were found and cannot be imported yet. */
  readonly notSupported: readonly string[];
}

/** Where the sets may lie in what the user names: InterCode's repository, its `data` folder, or `nl2bash` itself. */
const PLACES = ['.', 'nl2bash', 'data/nl2bash'];
const OTHER_PARTS: Readonly<Record<string, readonly string[]>> = {
  sql: ['sql', 'data/sql'],
  python: ['python', 'data/python'],
  ctf: ['ctf', 'data/ctf'],
};

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Import InterCode's published files into the datasets of `home`. Everything is read and checked before anything is
 * written.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function importIntercode(folder: string, home: string): Promise<ImportResult> {
  if (!(await isFolder(folder))) throw new DatasetError({ file: folder }, 'there is no such folder');
  const sets = [];
  for (const place of PLACES) {
    const found = join(folder, place);
    for (const number of await setNumbers(found)) sets.push(await readSet(found, number));
    if (sets.length > 0) break;
  }
  const notSupported: string[] = [];
  for (const [part, places] of Object.entries(OTHER_PARTS)) {
    for (const place of places) {
      if ((await readdir(join(folder, place)).catch(() => [])).length > 0) notSupported.push(part);
    }
  }
  if (sets.length === 0 && notSupported.length === 0) {
    throw new DatasetError(
      { file: folder },
      'no nl2bash_fs_N.json here, nor in nl2bash or data/nl2bash below',
    );
  }
  const imported: ImportedDataset[] = [];
  for (const set of sets) {
    const path = await writeDataset(datasetsFolder(home), set);
    imported.push({ name: set.name, tasks: set.tasks, folder: path });
  }
  return { imported, notSupported };
}
