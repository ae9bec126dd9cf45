import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { ImageDefinition } from '../docker/sandbox.ts';
import { BashTaskRecord } from './bash/task.ts';
import { checked, DatasetError, parsedJson } from './dataset-error.ts';
import { type DatasetEnvironment, DatasetFile, type WantedDataset, wantedDataset } from './dataset-file.ts';
import { PythonTaskRecord } from './python/task.ts';
import { databasesOf } from './sql/databases.ts';
import { SQLITE_FOLDER } from './sql/sqlite-image.ts';
import { type Dialect, SqlTaskRecord } from './sql/task.ts';

/** A dataset as an environment plays it. */
export interface PlayableDataset<Task> {
  readonly name: string;
  /** Image that its episodes run in. */
  readonly image: string;
  /** The image that it brings, if any. */
  readonly definition: ImageDefinition | null;
  readonly tasks: readonly Task[];
  /** Whether every task was tried with its gold, and marked if it cannot be graded. @default false */
  readonly checked?: boolean | undefined;
}

/** A dataset from a file. `dialect` is what the image of a SQL dataset serves. */
export type StoredDataset =
  | (PlayableDataset<BashTaskRecord> & { readonly environment: 'bash-v1' })
  | (PlayableDataset<PythonTaskRecord> & { readonly environment: 'python-v1' })
  | (PlayableDataset<SqlTaskRecord> & { readonly environment: 'sql-v1'; readonly dialect: Dialect });

/** The datasets of one environment, as the registry hands them out. */
export type StoredDatasetOf<Id extends DatasetEnvironment> = Extract<
  StoredDataset,
  { readonly environment: Id }
>;

/** Those of the datasets that an environment plays. */
export function datasetsOf<Id extends DatasetEnvironment>(
  environment: Id,
  datasets: readonly StoredDataset[],
): StoredDatasetOf<Id>[] {
  return datasets.filter((dataset): dataset is StoredDatasetOf<Id> => dataset.environment === environment);
}

const DATASET_FILE = 'dataset.json';
const TREE_FILE = 'tree.tar';
const LIST_FILES = ['tasks.jsonl', 'tasks.json'];

/** What a plain list of records plays on. */
const LIST_IMAGES: Readonly<Record<DatasetEnvironment, string>> = {
  'bash-v1': 'bash',
  'python-v1': 'python',
  'sql-v1': 'python',
};

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
  readonly environment: DatasetEnvironment;
  readonly checked: boolean;
  readonly file: string;
  readonly name: string;
  readonly image: string;
  readonly definition: ImageDefinition | null;
  readonly dialect?: Dialect | undefined;
  readonly records: readonly FoundRecord[];
}

async function stored(found: FoundDataset): Promise<StoredDataset> {
  const { environment, file, name, image, definition, checked, dialect = 'sqlite', records } = found;
  const place = { name, image, definition, checked };
  switch (environment) {
    case 'bash-v1':
      return { environment, ...place, tasks: checkedTasks(BashTaskRecord, records, file) };
    case 'python-v1':
      return { environment, ...place, tasks: checkedTasks(PythonTaskRecord, records, file) };
    case 'sql-v1':
      return { environment, ...place, dialect, tasks: await sqlTasks(found, dialect) };
  }
}

/** @throws {DatasetError} also for a task whose database is not in the image that the dataset brings */
async function sqlTasks(found: FoundDataset, dialect: Dialect): Promise<SqlTaskRecord[]> {
  const { file, records, definition, image } = found;
  const tasks = checkedTasks(SqlTaskRecord, records, file);
  // Of an image that is not made here nothing is known.
  const foreign = definition === null && image !== LIST_IMAGES['sql-v1'];
  const known = foreign ? null : await databasesOf(definition, dialect);
  const homeless = known === null ? -1 : tasks.findIndex(({ database }) => !known.has(database));
  if (homeless < 0) return tasks;
  const line = records[homeless]?.line;
  const place = { file, record: homeless, field: 'database', ...(line === undefined ? {} : { line }) };
  const wanted = tasks[homeless]?.database;
  const remedy =
    dialect === 'sqlite'
      ? `put it into the tree as ${SQLITE_FOLDER.slice(1)}/${wanted}.db`
      : 'its dump makes none';
  throw new DatasetError(place, `there is no database ${wanted} in its image: ${remedy}`);
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
  wanted: WantedDataset,
  folder: string,
  file: string,
  value: unknown,
): Promise<StoredDataset> {
  const { environment, image, dialect, check, tasks } = checked(DatasetFile, value, { file });
  if (wanted.environment !== undefined && wanted.environment !== environment) {
    throw new DatasetError(
      { file, field: 'environment' },
      `it is for ${environment}, not ${wanted.environment}`,
    );
  }
  const { tree, ...plain } = image;
  const definition = tree === undefined ? plain : { ...plain, tree: resolve(folder, tree) };
  if (definition !== plain && !(await exists(resolve(folder, tree ?? '')))) {
    throw new DatasetError({ file, field: 'image.tree' }, `there is no file ${tree} beside it`);
  }
  return stored({
    environment,
    file,
    name: wanted.name,
    image: image.name,
    definition: image.name === image.from ? null : definition,
    checked: check !== undefined,
    dialect,
    records: tasks.map((value) => ({ value })),
  });
}

/**
 * A list of records: lines of JSON, or one JSON array; the image is the plain one of its environment, with `tree.tar` of
 * the folder over it.
 */
async function listFrom(wanted: WantedDataset, file: string, folder: string | null): Promise<StoredDataset> {
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
    if (!Array.isArray(value)) return datasetFrom(wanted, resolve(file, '..'), file, value);
    records = value.map((record: unknown) => ({ value: record }));
  }
  const { name, environment = 'bash-v1' } = wanted;
  const from = LIST_IMAGES[environment];
  const tree = folder === null ? null : join(folder, TREE_FILE);
  const hasTree = tree !== null && (await exists(tree));
  return stored({
    environment,
    file,
    name,
    image: hasTree ? name : from,
    definition: hasTree ? { name, from, tree: resolve(tree) } : null,
    checked: false,
    records,
  });
}

/**
 * Read one dataset. `path` is a file of records (`.jsonl`: a record a line; `.json`: an array of them, or a whole
 * `dataset.json`), or a folder with `dataset.json`, `tasks.jsonl` or `tasks.json`, and perhaps `tree.tar`.
 * @param name its name, or `environment:name` for a list of records that is not for `bash-v1`
 * @throws {DatasetError} with file, line or record, field and reason
 */
export async function loadDataset(name: string, path: string): Promise<StoredDataset> {
  const wanted = wantedDataset(name, path);
  const found = await stat(path).catch((error: unknown) => {
    throw new DatasetError({ file: path }, 'there is no such file or folder', { cause: error });
  });
  if (!found.isDirectory()) return listFrom(wanted, path, null);
  const whole = join(path, DATASET_FILE);
  if (await exists(whole))
    return datasetFrom(wanted, path, whole, parsedJson(await textOf(whole), { file: whole }));
  for (const file of LIST_FILES) {
    if (await exists(join(path, file))) return listFrom(wanted, join(path, file), path);
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
): Promise<StoredDataset[]> {
  const folder = datasetsFolder(home);
  const names = await readdir(folder).catch(() => []);
  // A dot begins what an import has not finished.
  const imported = names.filter((name) => !name.startsWith('.')).sort();
  const paths = [...imported.map((name) => [name, join(folder, name)] as const), ...Object.entries(extra)];
  const loaded: StoredDataset[] = [];
  for (const [name, path] of paths) {
    const dataset = await loadDataset(name, path);
    if (loaded.some((other) => other.name === dataset.name)) {
      throw new DatasetError({ file: path }, `a dataset of the name ${dataset.name} is there already`);
    }
    loaded.push(dataset);
  }
  return loaded;
}
