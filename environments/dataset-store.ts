import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ImageDefinition } from '../docker/image-definition.ts';
import { checked, DatasetError, fieldName, parsedJson } from './dataset-error.ts';
import {
  type DatasetFile,
  datasetFileSchema,
  datasetHeadSchema,
  type WantedDataset,
  wantedDataset,
} from './dataset-file.ts';
import { openDatasetFolder, recordsOf, TASKS } from './dataset-folder.ts';
import type { DatasetFields, EnvironmentDefinition } from './definition.ts';
import { lineInJson } from './line-of-path.ts';
import type { StoredDataset } from './playable-dataset.ts';
import {
  checkedRecords,
  type FoundRecord,
  LIST_ENDS,
  recordList,
  recordsAt,
  withShared,
} from './record-list.ts';
import { DEFINITIONS } from './registry.ts';
import { namesIn } from './task-folder.ts';

const DATASET_FILE = 'dataset.json';
const TREE_FILE = 'tree.tar';
/** The folder of imported datasets. */
export function datasetsFolder(home: string): string {
  return join(home, 'datasets');
}

interface FoundDataset {
  readonly definition: EnvironmentDefinition;
  readonly checked: boolean;
  readonly file: string;
  readonly name: string;
  readonly image: string;
  readonly ownImage: ImageDefinition | null;
  /** Fields of the file besides the common ones. */
  readonly fields: DatasetFields;
  /** Folders of its tasks or lists. */
  readonly folders?: readonly string[];
  readonly records: readonly FoundRecord[];
}

/** @throws {DatasetError} also for a record that does not fit the other records or the image */
async function stored(found: FoundDataset): Promise<StoredDataset> {
  const { definition, file, name, image, ownImage, checked, fields, folders = [], records } = found;
  const tasks = checkedRecords(definition.record, records, file);
  const dataset = {
    ...fields,
    ...definition.fieldsOf(folders),
    environment: definition.id,
    name,
    image,
    definition: ownImage,
    checked,
    tasks,
  };
  const flaw = await definition.flawOf(dataset);
  if (flaw === null) return dataset;
  throw new DatasetError(records[flaw.record]?.place([flaw.field]) ?? { file }, flaw.reason);
}

function definitionOf(id: string, definitions: readonly EnvironmentDefinition[]): EnvironmentDefinition {
  const found = definitions.find((definition) => definition.id === id);
  if (found === undefined) throw new Error(`there is no environment ${id}`);
  return found;
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

interface FoundFile {
  readonly wanted: WantedDataset;
  readonly file: string;
  readonly definitions: readonly EnvironmentDefinition[];
}

/** The image that a dataset describes. @param folder of the dataset; `null` if the dataset is a single file */
async function imageOf(
  { name, from }: { readonly name: string; readonly from: string },
  image: DatasetFile['image'] | undefined,
  folder: string | null,
  file: string,
): Promise<Pick<FoundDataset, 'image' | 'ownImage'>> {
  if (image === undefined) {
    const tree = folder === null ? null : resolve(folder, TREE_FILE);
    if (tree === null || !(await exists(tree))) return { image: from, ownImage: null };
    return { image: name, ownImage: { name, from, tree } };
  }
  const { tree, ...plain } = image;
  const path = tree === undefined ? null : resolve(folder ?? '.', tree);
  if (path !== null && !(await exists(path))) {
    throw new DatasetError({ file, field: 'image.tree' }, `the file ${tree} is missing next to it`);
  }
  if (image.name === image.from) return { image: image.name, ownImage: null };
  return { image: image.name, ownImage: path === null ? plain : { ...plain, tree: path } };
}

/** @throws {DatasetError} if the name and the file have different environments */
function wantedDefinition({ wanted, file, definitions }: FoundFile, said?: string): EnvironmentDefinition {
  const { environment = said ?? 'bash-v1' } = wanted;
  if (said !== undefined && said !== environment) {
    throw new DatasetError({ file, field: 'environment' }, `the dataset is for ${said}, not ${environment}`);
  }
  return definitionOf(environment, definitions);
}

/** A whole `dataset.json`. @param text of the file */
async function datasetFrom(found: FoundFile, text: string): Promise<StoredDataset> {
  const { wanted, file, definitions } = found;
  const lineOf = (path: readonly PropertyKey[]) => lineInJson(text, path);
  const whole = checked(datasetFileSchema(definitions), parsedJson(text, { file }), (path) => ({
    file,
    line: lineOf(path),
    field: fieldName(path),
  }));
  const { format, environment, image, check, tasks, ...fields } = whole;
  const definition = wantedDefinition(found, environment);
  const { name } = wanted;
  return stored({
    definition,
    file,
    name,
    ...(await imageOf({ name, from: definition.image }, image, dirname(file), file)),
    checked: check !== undefined,
    fields,
    records: recordsAt(tasks, file, lineOf, ['tasks']),
  });
}

/**
 * A list of records. Its image is the environment's default image, with the folder's `tree.tar` over it.
 * @param folder of the dataset; `null` if the dataset is a single file
 */
async function listFrom(found: FoundFile, folder: string | null): Promise<StoredDataset> {
  const { wanted, file } = found;
  const text = await textOf(file);
  const records = recordList(text, file, TASKS);
  if (records === null) return datasetFrom(found, text);
  const definition = wantedDefinition(found);
  const { name } = wanted;
  const shared = folder === null ? {} : definition.shared(folder, namesIn(folder));
  return stored({
    definition,
    file,
    name,
    ...(await imageOf({ name, from: definition.image }, undefined, folder, file)),
    checked: false,
    fields: {},
    folders: folder === null ? [] : [folder],
    records: records.map((record) => withShared(record, shared)),
  });
}

/** Folders of tasks, in the order of `dataset.toml` or of their names. */
async function foldersFrom(found: FoundFile, folder: string): Promise<StoredDataset> {
  const { wanted, definitions } = found;
  const { file, head, parts } = openDatasetFolder(folder, datasetHeadSchema(definitions));
  if (parts.length === 0) {
    const lists = LIST_ENDS.map((end) => `${TASKS}${end}`).join(', ');
    throw new DatasetError(
      { file: folder },
      `the folder has none of ${DATASET_FILE}, ${lists}, and no task folder`,
    );
  }
  const { format, environment, image, check, order, ...fields } = head ?? {};
  const definition = wantedDefinition({ ...found, file }, environment);
  const { name } = wanted;
  return stored({
    definition,
    file,
    name,
    ...(await imageOf({ name, from: definition.image }, image, folder, file)),
    checked: check !== undefined,
    fields,
    folders: parts.map((part) => part.folder),
    records: parts.flatMap((part) => recordsOf(part, definition)),
  });
}

/**
 * Read one dataset. `path` is a file of records (`.jsonl`: a record a line; `.json`: an array of them, or a whole
 * `dataset.json`; `.toml`: tables `[[tasks]]`), or a folder with `dataset.json`, with such a list called `tasks`, or with a folder for
 * each task; perhaps with `tree.tar`.
 * @param name its name, or `environment:name` if the dataset does not name its environment and is not for `bash-v1`
 * @param definitions of all environments
 * @throws {DatasetError} with file, line or record, field and reason
 */
export async function loadDataset(
  name: string,
  path: string,
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
): Promise<StoredDataset> {
  const wanted = wantedDataset(name, path, definitions);
  const found = await stat(path).catch((error: unknown) => {
    throw new DatasetError({ file: path }, 'no such file or folder', { cause: error });
  });
  const at = { wanted, definitions };
  if (!found.isDirectory()) return listFrom({ ...at, file: path }, null);
  const folder = resolve(path);
  const whole = join(path, DATASET_FILE);
  if (await exists(whole)) return datasetFrom({ ...at, file: whole }, await textOf(whole));
  for (const end of LIST_ENDS) {
    const file = join(path, `${TASKS}${end}`);
    if (await exists(file)) return listFrom({ ...at, file }, folder);
  }
  return foldersFrom({ ...at, file: folder }, folder);
}

/**
 * Every imported dataset of `home`, then those of `extra` (name, or `environment:name`, → path).
 * @throws {DatasetError} also if two datasets have the same name
 */
export async function loadDatasets(
  home: string,
  extra: Readonly<Record<string, string>> = {},
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
): Promise<StoredDataset[]> {
  const folder = datasetsFolder(home);
  const names = await readdir(folder).catch(() => []);
  // A name with a leading dot is an unfinished import.
  const imported = names.filter((name) => !name.startsWith('.')).sort();
  const paths = [...imported.map((name) => [name, join(folder, name)] as const), ...Object.entries(extra)];
  const loaded: StoredDataset[] = [];
  for (const [name, path] of paths) {
    const dataset = await loadDataset(name, path, definitions);
    if (loaded.some((other) => other.name === dataset.name)) {
      throw new DatasetError({ file: path }, `another dataset already has the name ${dataset.name}`);
    }
    loaded.push(dataset);
  }
  return loaded;
}
