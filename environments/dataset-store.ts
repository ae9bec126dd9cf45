import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { ImageDefinition } from '../docker/sandbox.ts';
import { checked, DatasetError, parsedJson } from './dataset-error.ts';
import { datasetFileSchema, type WantedDataset, wantedDataset } from './dataset-file.ts';
import type { DatasetFields, EnvironmentDefinition, Shape } from './definition.ts';
import type { PlayableDataset, StoredDataset, TaskRecord } from './playable-dataset.ts';
import { DEFINITIONS } from './registry.ts';

/** Those of the datasets that an environment plays. */
export function datasetsOf<S extends Shape, R extends TaskRecord, D extends PlayableDataset<TaskRecord>>(
  { id }: EnvironmentDefinition<S, R, D>,
  datasets: readonly StoredDataset[],
): StoredDataset<R>[] {
  // Its records were read by the definition's own schema.
  return datasets.filter(({ environment }) => environment === id) as StoredDataset<R>[];
}

const DATASET_FILE = 'dataset.json';
const TREE_FILE = 'tree.tar';
const LIST_FILES = ['tasks.jsonl', 'tasks.json'];

/** Where imported datasets lie. */
export function datasetsFolder(home: string): string {
  return join(home, 'datasets');
}

interface FoundRecord {
  readonly value: unknown;
  readonly line?: number;
}

function checkedTasks<T extends { readonly id: string }>(
  schema: z.ZodType<T>,
  records: readonly FoundRecord[],
  file: string,
): T[] {
  if (records.length === 0) throw new DatasetError({ file }, 'the dataset has no task');
  const known = new Set<string>();
  return records.map(({ value, line }, record) => {
    const place = line === undefined ? { file, record } : { file, line, record };
    const task = checked(schema, value, place);
    if (known.has(task.id)) {
      throw new DatasetError({ ...place, field: 'id' }, `another record has the id ${task.id} already`);
    }
    known.add(task.id);
    return task;
  });
}

interface FoundDataset {
  readonly definition: EnvironmentDefinition;
  readonly checked: boolean;
  readonly file: string;
  readonly name: string;
  readonly image: string;
  readonly ownImage: ImageDefinition | null;
  /** What the file says beside the common fields. */
  readonly fields: DatasetFields;
  readonly records: readonly FoundRecord[];
}

/** @throws {DatasetError} also for a record that does not fit the others, or the image */
async function stored(found: FoundDataset): Promise<StoredDataset> {
  const { definition, file, name, image, ownImage, checked, fields, records } = found;
  const tasks = checkedTasks(definition.record, records, file);
  const dataset = {
    ...fields,
    environment: definition.id,
    name,
    image,
    definition: ownImage,
    checked,
    tasks,
  };
  const flaw = await definition.flawOf(dataset);
  if (flaw === null) return dataset;
  const { record, field, reason } = flaw;
  const line = records[record]?.line;
  throw new DatasetError({ file, record, field, ...(line === undefined ? {} : { line }) }, reason);
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
  readonly folder: string;
  readonly file: string;
  readonly definitions: readonly EnvironmentDefinition[];
}

async function datasetFrom(found: FoundFile, value: unknown): Promise<StoredDataset> {
  const { wanted, folder, file, definitions } = found;
  const { format, environment, image, check, tasks, ...fields } = checked(
    datasetFileSchema(definitions),
    value,
    { file },
  );
  if (wanted.environment !== undefined && wanted.environment !== environment) {
    throw new DatasetError(
      { file, field: 'environment' },
      `it is for ${environment}, not ${wanted.environment}`,
    );
  }
  const { tree, ...plain } = image;
  const own = tree === undefined ? plain : { ...plain, tree: resolve(folder, tree) };
  if (own !== plain && !(await exists(resolve(folder, tree ?? '')))) {
    throw new DatasetError({ file, field: 'image.tree' }, `there is no file ${tree} beside it`);
  }
  return stored({
    definition: definitionOf(environment, definitions),
    file,
    name: wanted.name,
    image: image.name,
    ownImage: image.name === image.from ? null : own,
    checked: check !== undefined,
    fields,
    records: tasks.map((value) => ({ value })),
  });
}

/**
 * A list of records: lines of JSON, or one JSON array; the image is the plain one of its environment, with `tree.tar` of
 * the folder over it.
 */
async function listFrom(found: FoundFile, hasFolder: boolean): Promise<StoredDataset> {
  const { wanted, folder, file, definitions } = found;
  const text = await textOf(file);
  let records: FoundRecord[];
  if (file.endsWith('.jsonl')) {
    records = text
      .split('\n')
      .map((content, index) => ({ content, line: index + 1 }))
      .filter(({ content }) => content.trim() !== '')
      .map(({ content, line }) => ({ value: parsedJson(content, { file, line }), line }));
  } else {
    const value = parsedJson(text, { file });
    if (!Array.isArray(value)) return datasetFrom({ ...found, folder: resolve(file, '..') }, value);
    records = value.map((record: unknown) => ({ value: record }));
  }
  const { name, environment = 'bash-v1' } = wanted;
  const definition = definitionOf(environment, definitions);
  const { image: from } = definition;
  const tree = hasFolder ? join(folder, TREE_FILE) : null;
  const hasTree = tree !== null && (await exists(tree));
  return stored({
    definition,
    file,
    name,
    image: hasTree ? name : from,
    ownImage: hasTree ? { name, from, tree: resolve(tree) } : null,
    checked: false,
    fields: {},
    records,
  });
}

/**
 * Read one dataset. `path` is a file of records (`.jsonl`: a record a line; `.json`: an array of them, or a whole
 * `dataset.json`), or a folder with `dataset.json`, `tasks.jsonl` or `tasks.json`, and perhaps `tree.tar`.
 * @param name its name, or `environment:name` for a list of records that is not for `bash-v1`
 * @param definitions of the environments that there are
 * @throws {DatasetError} with file, line or record, field and reason
 */
export async function loadDataset(
  name: string,
  path: string,
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
): Promise<StoredDataset> {
  const wanted = wantedDataset(name, path, definitions);
  const found = await stat(path).catch((error: unknown) => {
    throw new DatasetError({ file: path }, 'there is no such file or folder', { cause: error });
  });
  const at = { wanted, folder: path, definitions };
  if (!found.isDirectory()) return listFrom({ ...at, file: path }, false);
  const whole = join(path, DATASET_FILE);
  if (await exists(whole)) {
    return datasetFrom({ ...at, file: whole }, parsedJson(await textOf(whole), { file: whole }));
  }
  for (const file of LIST_FILES) {
    if (await exists(join(path, file))) return listFrom({ ...at, file: join(path, file) }, true);
  }
  throw new DatasetError(
    { file: path },
    `the folder has none of ${[DATASET_FILE, ...LIST_FILES].join(', ')}`,
  );
}

/**
 * Every imported dataset of `home`, then those of `extra` (name, or `environment:name`, → path).
 * @throws {DatasetError} also where two have one name
 */
export async function loadDatasets(
  home: string,
  extra: Readonly<Record<string, string>> = {},
  definitions: readonly EnvironmentDefinition[] = DEFINITIONS,
): Promise<StoredDataset[]> {
  const folder = datasetsFolder(home);
  const names = await readdir(folder).catch(() => []);
  // A dot begins what an import has not finished.
  const imported = names.filter((name) => !name.startsWith('.')).sort();
  const paths = [...imported.map((name) => [name, join(folder, name)] as const), ...Object.entries(extra)];
  const loaded: StoredDataset[] = [];
  for (const [name, path] of paths) {
    const dataset = await loadDataset(name, path, definitions);
    if (loaded.some((other) => other.name === dataset.name)) {
      throw new DatasetError({ file: path }, `a dataset of the name ${dataset.name} is there already`);
    }
    loaded.push(dataset);
  }
  return loaded;
}
