import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { ImageDefinition } from '../docker/sandbox.ts';
import { type BashDataset, BashTaskRecord } from './bash/task.ts';
import { checked, DatasetError, parsedJson } from './dataset-error.ts';

/** A dataset from a file, with the image that it brings, if any. */
export interface StoredDataset extends BashDataset {
  readonly definition: ImageDefinition | null;
}

const DATASET_FILE = 'dataset.json';
const TREE_FILE = 'tree.tar';
const LIST_FILES = ['tasks.jsonl', 'tasks.json'];
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** `dataset.json` in a dataset's folder. Its records are checked one by one, so that an error can name one. */
export const DatasetFile = z.strictObject({
  format: z.literal(1),
  environment: z.literal('bash-v1'),
  image: z.strictObject({
    name: z.string().regex(NAME),
    from: z.string().min(1),
    /** A tar file beside this one. */
    tree: z.string().min(1).optional(),
    gitAtRoot: z.boolean().optional(),
  }),
  tasks: z.array(z.unknown()).min(1),
});
export type DatasetFile = z.infer<typeof DatasetFile>;

/** Where imported datasets lie. */
export function datasetsFolder(home: string): string {
  return join(home, 'datasets');
}

function checkedTasks(
  records: readonly { readonly value: unknown; readonly line?: number }[],
  file: string,
): BashTaskRecord[] {
  if (records.length === 0) throw new DatasetError({ file }, 'the dataset has no task');
  const known = new Set<string>();
  return records.map(({ value, line }, record) => {
    const place = line === undefined ? { file, record } : { file, line, record };
    const task = checked(BashTaskRecord, value, place);
    if (known.has(task.id)) {
      throw new DatasetError({ ...place, field: 'id' }, `another record has the id ${task.id} already`);
    }
    known.add(task.id);
    return task;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DatasetError({ file }, 'the file cannot be read', { cause: error });
  }
}

async function datasetFrom(
  name: string,
  folder: string,
  file: string,
  value: unknown,
): Promise<StoredDataset> {
  const { image, tasks } = checked(DatasetFile, value, { file });
  const { tree, ...plain } = image;
  const definition = tree === undefined ? plain : { ...plain, tree: resolve(folder, tree) };
  if (definition !== plain && !(await exists(resolve(folder, tree ?? '')))) {
    throw new DatasetError({ file, field: 'image.tree' }, `there is no file ${tree} beside it`);
  }
  const own = image.name === image.from ? null : definition;
  return {
    name,
    image: image.name,
    definition: own,
    tasks: checkedTasks(
      tasks.map((value) => ({ value })),
      file,
    ),
  };
}

/** A list of records: lines of JSON, or one JSON array; the image is `bash`, with `tree.tar` of the folder over it. */
async function listFrom(name: string, file: string, folder: string | null): Promise<StoredDataset> {
  const text = await textOf(file);
  let records: { readonly value: unknown; readonly line?: number }[];
  if (file.endsWith('.jsonl')) {
    records = text
      .split('\n')
      .map((content, index) => ({ content, line: index + 1 }))
      .filter(({ content }) => content.trim() !== '')
      .map(({ content, line }) => ({ value: parsedJson(content, { file, line }), line }));
  } else {
    const value = parsedJson(text, { file });
    if (!Array.isArray(value)) return datasetFrom(name, resolve(file, '..'), file, value);
    records = value.map((record: unknown) => ({ value: record }));
  }
  const tasks = checkedTasks(records, file);
  const tree = folder === null ? null : join(folder, TREE_FILE);
  if (tree === null || !(await exists(tree))) return { name, image: 'bash', definition: null, tasks };
  return { name, image: name, definition: { name, from: 'bash', tree: resolve(tree) }, tasks };
}

/**
 * Read one dataset. `path` is a file of records (`.jsonl`: a record a line; `.json`: an array of them, or a whole
 * `dataset.json`), or a folder with `dataset.json`, `tasks.jsonl` or `tasks.json`, and perhaps `tree.tar`.
 * @throws {DatasetError} with file, line or record, field and reason
 */
export async function loadDataset(name: string, path: string): Promise<StoredDataset> {
  if (!NAME.test(name))
    throw new DatasetError({ file: path }, `${JSON.stringify(name)} is no name of a dataset`);
  const found = await stat(path).catch((error: unknown) => {
    throw new DatasetError({ file: path }, 'there is no such file or folder', { cause: error });
  });
  if (!found.isDirectory()) return listFrom(name, path, null);
  const whole = join(path, DATASET_FILE);
  if (await exists(whole))
    return datasetFrom(name, path, whole, parsedJson(await textOf(whole), { file: whole }));
  for (const file of LIST_FILES) {
    if (await exists(join(path, file))) return listFrom(name, join(path, file), path);
  }
  throw new DatasetError(
    { file: path },
    `the folder has none of ${[DATASET_FILE, ...LIST_FILES].join(', ')}`,
  );
}

/**
 * Every imported dataset of `home`, then those of `extra` (name → path).
 * @throws {DatasetError} also where two have one name
 */
export async function loadDatasets(
  home: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<StoredDataset[]> {
  const folder = datasetsFolder(home);
  const names = await readdir(folder).catch(() => []);
  // A dot begins what an import has not finished.
  const imported = names.filter((name) => !name.startsWith('.')).sort();
  const paths = [...imported.map((name) => [name, join(folder, name)] as const), ...Object.entries(extra)];
  const loaded: StoredDataset[] = [];
  for (const [name, path] of paths) {
    if (loaded.some((dataset) => dataset.name === name)) {
      throw new DatasetError({ file: path }, `a dataset of the name ${name} is there already`);
    }
    loaded.push(await loadDataset(name, path));
  }
  return loaded;
}
