import { stat } from 'node:fs/promises';
import { DatasetError, IncompleteDatasetError } from '../dataset-error.ts';
import { datasetsFolder } from '../dataset-store.ts';
import { type PublishedDataset, writeDataset } from './dataset-writer.ts';
import { findParts, PARTS } from './parts.ts';

export interface ImportedDataset {
  readonly name: string;
  /** Environment that plays it. */
  readonly environment: string;
  readonly tasks: number;
  readonly folder: string;
}

export interface ImportResult {
  readonly imported: readonly ImportedDataset[];
  /** Parts that were found but cannot be imported, each with the reason. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

/** Called with what is being done, e.g. for each part that is read, and with the finished share of the work, 0 to 1. */
export type OnProgress = (doing: string, share: number) => void;

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Bytes of the files of a dataset. */
async function sizeOf({ tree, added }: PublishedDataset): Promise<number> {
  const whole = tree === null ? 0 : (await stat(tree)).size;
  return added.reduce((sum, { content }) => sum + content.length, whole);
}

/** Write datasets into `home`. @param onProgress see `importIntercode` */
export async function writeDatasets(
  datasets: readonly PublishedDataset[],
  home: string,
  onProgress: OnProgress = () => {},
): Promise<ImportedDataset[]> {
  const imported: ImportedDataset[] = [];
  const sizes = await Promise.all(datasets.map(sizeOf));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const dataset of datasets) {
    const { name, tasks, file } = dataset;
    const tell = (): void => onProgress(`writing ${name}`, all === 0 ? 0 : Math.min(1, done / all));
    tell();
    const folder = await writeDataset(datasetsFolder(home), dataset, (count) => {
      done += count;
      tell();
    });
    imported.push({ name, environment: file.environment, tasks, folder });
  }
  return imported;
}

/**
 * Import InterCode's published files into the datasets of `home`. Everything is read and checked before anything is
 * written. A part that lacks files which only the user can provide is left out and reported.
 * @throws {DatasetError} with file, record, field and reason; nothing is imported then
 */
export async function importIntercode(
  folder: string,
  home: string,
  onProgress: OnProgress = () => {},
): Promise<ImportResult> {
  if (!(await isFolder(folder))) throw new DatasetError({ file: folder }, 'no such folder');
  const found = await findParts(folder);
  if (found.length === 0) {
    const folders = PARTS.map((part) => part.folder).join(', ');
    throw new DatasetError(
      { file: folder },
      `none of InterCode's datasets is in this folder, in data, or in ${folders}`,
    );
  }
  const datasets: PublishedDataset[] = [];
  const left: { readonly name: string; readonly reason: string }[] = [];
  for (const [index, { part, folder }] of found.entries()) {
    if (part.read === null) {
      left.push({ name: part.name, reason: `\`stepwell import ${part.name}\` imports it` });
      continue;
    }
    onProgress(`reading ${part.name}`, index / found.length / 2);
    try {
      datasets.push(...(await part.read(folder)));
    } catch (error) {
      if (!(error instanceof IncompleteDatasetError)) throw error;
      left.push({ name: part.name, reason: error.message });
    }
  }
  const imported = await writeDatasets(datasets, home, (doing, share) => onProgress(doing, 0.5 + share / 2));
  return { imported, left };
}
