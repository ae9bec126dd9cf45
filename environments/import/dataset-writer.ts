import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import { type DatasetFile, isDatasetName } from '../dataset-file.ts';
import { type AddedFile, writeTree } from './file-tree.ts';

/** A published dataset, read and checked, ready to be written. */
export interface PublishedDataset {
  readonly name: string;
  readonly file: DatasetFile;
  /** Number of tasks. */
  readonly tasks: number;
  /** A file tree to store beside it as `tree.tar`, if any. */
  readonly tree: string | null;
  /** Files to add to the tree. */
  readonly added: readonly AddedFile[];
}

/**
 * Make the folder of a dataset below `folder`, whole or not at all; a dataset with the same name is replaced.
 * @param fill writes its files into a folder that no server looks at
 * @returns path of its folder
 * @throws {DatasetError} for an invalid name
 */
export async function replaceDataset(
  folder: string,
  name: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<string> {
  if (!isDatasetName(name)) {
    const remedy = 'use letters, digits, and . _ - after the first character';
    throw new DatasetError({ file: name }, `not a valid dataset name: ${remedy}`);
  }
  await mkdir(folder, { recursive: true });
  // A server ignores names with a leading dot, so it never sees an unfinished dataset.
  const unfinished = await mkdtemp(join(folder, `.${name}-`));
  const target = join(folder, name);
  try {
    await fill(unfinished);
    // A rename cannot replace a folder that is not empty.
    const old = await mkdtemp(join(folder, `.${name}-`));
    await rename(target, join(old, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(unfinished, target);
    await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/**
 * Write a dataset into its folder below `folder`, whole or not at all; a dataset with the same name is replaced.
 * @param onBytes called for each piece of its files that is written
 * @returns path of its folder
 * @throws {DatasetError} for an invalid name
 */
export function writeDataset(
  folder: string,
  { name, file, tree, added }: PublishedDataset,
  onBytes: (count: number) => void = () => {},
): Promise<string> {
  return replaceDataset(folder, name, async (unfinished) => {
    if (tree !== null || added.length > 0) {
      await writeTree(tree, added, join(unfinished, 'tree.tar'), onBytes);
    }
    await writeFile(join(unfinished, 'dataset.json'), `${JSON.stringify(file, null, 1)}\n`);
  });
}
