import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ImageDefinition } from '../docker/sandbox.ts';
import { BASH_TASKS } from './bash/dataset-kind.ts';
import type { BashTaskRecord } from './bash/task.ts';
import { checked, DatasetError, fieldName, parsedJson } from './dataset-error.ts';
import { type DatasetEnvironment, DatasetFile, type WantedDataset, wantedDataset } from './dataset-file.ts';
import { openDatasetFolder, recordsOf, TASKS } from './dataset-folder.ts';
import { lineInJson } from './line-of-path.ts';
import { PYTHON_TASKS } from './python/dataset-kind.ts';
import type { PythonTaskRecord } from './python/task.ts';
import {
  checkedRecords,
  type FoundRecord,
  LIST_ENDS,
  recordList,
  recordsAt,
  withShared,
} from './record-list.ts';
import { databaseIn } from './sql/database-folder.ts';
import { refuseHomeless } from './sql/databases.ts';
import { SQL_TASKS } from './sql/dataset-kind.ts';
import type { Dialect, SqlDatabase, SqlTaskRecord } from './sql/task.ts';
import { namesIn } from './task-folder.ts';

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

/** A dataset from files. */
export type StoredDataset =
  | (PlayableDataset<BashTaskRecord> & { readonly environment: 'bash-v1' })
  | (PlayableDataset<PythonTaskRecord> & { readonly environment: 'python-v1' })
  | (StoredSqlDataset & { readonly environment: 'sql-v1' });

/** A SQL dataset from files. */
export interface StoredSqlDataset extends PlayableDataset<SqlTaskRecord> {
  /** What its image serves. */
  readonly dialect: Dialect;
  /** Databases that it describes by statements. @default none: its image has them */
  readonly databases?: readonly SqlDatabase[] | undefined;
}

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

/** How the tasks of each environment lie in files. */
const KINDS = { 'bash-v1': BASH_TASKS, 'python-v1': PYTHON_TASKS, 'sql-v1': SQL_TASKS } as const;

/** Where imported datasets lie. */
export function datasetsFolder(home: string): string {
  return join(home, 'datasets');
}

interface FoundDataset {
  readonly environment: DatasetEnvironment;
  readonly checked: boolean;
  readonly file: string;
  readonly name: string;
  readonly image: string;
  readonly definition: ImageDefinition | null;
  readonly dialect?: Dialect | undefined;
  /** Folders of its tasks or lists. */
  readonly folders?: readonly string[];
  readonly records: readonly FoundRecord[];
}

async function stored(found: FoundDataset): Promise<StoredDataset> {
  const { environment, file, name, image, definition, checked, dialect = 'sqlite', records } = found;
  const place = { name, image, definition, checked };
  switch (environment) {
    case 'bash-v1':
      return { environment, ...place, tasks: checkedRecords(BASH_TASKS.record, records, file) };
    case 'python-v1':
      return { environment, ...place, tasks: checkedRecords(PYTHON_TASKS.record, records, file) };
    case 'sql-v1': {
      const tasks = checkedRecords(SQL_TASKS.record, records, file);
      const databases = (found.folders ?? []).flatMap((folder) => databaseIn(folder) ?? []);
      await refuseHomeless({ ...found, dialect, databases, tasks });
      return {
        environment,
        ...place,
        dialect,
        tasks,
        databases: databases.length > 0 ? databases : undefined,
      };
    }
  }
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

type Head = Omit<DatasetFile, 'tasks' | 'image'> & { readonly image?: DatasetFile['image'] | undefined };

/** What the head of a dataset says of its image. @param folder that the head lies in */
async function imageOf(
  { name, environment }: { readonly name: string; readonly environment: DatasetEnvironment },
  { image }: Pick<Head, 'image'>,
  folder: string | null,
  file: string,
): Promise<Pick<FoundDataset, 'image' | 'definition'>> {
  if (image === undefined) {
    const from = KINDS[environment].image;
    const tree = folder === null ? null : resolve(folder, TREE_FILE);
    if (tree === null || !(await exists(tree))) return { image: from, definition: null };
    return { image: name, definition: { name, from, tree } };
  }
  const { tree, ...plain } = image;
  const path = tree === undefined ? null : resolve(folder ?? '.', tree);
  if (path !== null && !(await exists(path))) {
    throw new DatasetError({ file, field: 'image.tree' }, `there is no file ${tree} beside it`);
  }
  if (image.name === image.from) return { image: image.name, definition: null };
  return { image: image.name, definition: path === null ? plain : { ...plain, tree: path } };
}

/** @throws {DatasetError} where a name asks for another environment than the head */
function environmentOf(
  wanted: WantedDataset,
  head: Pick<Head, 'environment'> | null,
  file: string,
): DatasetEnvironment {
  const { environment = head?.environment ?? 'bash-v1' } = wanted;
  if (head === null || head.environment === environment) return environment;
  throw new DatasetError(
    { file, field: 'environment' },
    `it is for ${head.environment}, not ${wanted.environment}`,
  );
}

/** A whole `dataset.json`. @param text of the file */
async function datasetFrom(wanted: WantedDataset, file: string, text: string): Promise<StoredDataset> {
  const lineOf = (path: readonly PropertyKey[]) => lineInJson(text, path);
  const { tasks, check, ...head } = checked(DatasetFile, parsedJson(text, { file }), (path) => ({
    file,
    line: lineOf(path),
    field: fieldName(path),
  }));
  const environment = environmentOf(wanted, head, file);
  const { name } = wanted;
  return stored({
    environment,
    file,
    name,
    ...(await imageOf({ name, environment }, head, dirname(file), file)),
    checked: check !== undefined,
    dialect: head.dialect,
    records: recordsAt(tasks, file, lineOf, ['tasks']),
  });
}

/**
 * A list of records; the image is the plain one of its environment, with `tree.tar` of the folder over it.
 * @param folder that is the dataset; `null` where the file alone is
 */
async function listFrom(wanted: WantedDataset, file: string, folder: string | null): Promise<StoredDataset> {
  const text = await textOf(file);
  const records = recordList(text, file, TASKS);
  if (records === null) return datasetFrom(wanted, file, text);
  const { name } = wanted;
  const environment = environmentOf(wanted, null, file);
  const shared = folder === null ? {} : (KINDS[environment].shared?.(folder, namesIn(folder)) ?? {});
  return stored({
    environment,
    file,
    name,
    ...(await imageOf({ name, environment }, {}, folder, file)),
    checked: false,
    folders: folder === null ? [] : [folder],
    records: records.map((record) => withShared(record, shared)),
  });
}

/** Folders of tasks, in the order of `dataset.toml` or of their names. */
async function foldersFrom(wanted: WantedDataset, folder: string): Promise<StoredDataset> {
  const { file, head, parts } = openDatasetFolder(folder);
  if (parts.length === 0) {
    const lists = LIST_ENDS.map((end) => `${TASKS}${end}`).join(', ');
    throw new DatasetError(
      { file: folder },
      `the folder has none of ${DATASET_FILE}, ${lists}, and no folder of a task`,
    );
  }
  const { name } = wanted;
  const environment = environmentOf(wanted, head, file);
  return stored({
    environment,
    file,
    name,
    ...(await imageOf({ name, environment }, head ?? {}, folder, file)),
    checked: head?.check !== undefined,
    dialect: head?.dialect,
    folders: parts.map((part) => part.folder),
    records: parts.flatMap((part) => recordsOf(part, KINDS[environment])),
  });
}

/**
 * Read one dataset. `path` is a file of records (`.jsonl`: a record a line; `.json`: an array of them, or a whole
 * `dataset.json`; `.toml`: tables `[[tasks]]`), or a folder with `dataset.json`, with such a list called `tasks`, or with a folder for
 * each task; perhaps with `tree.tar`.
 * @param name its name, or `environment:name` for one that does not say its environment and is not for `bash-v1`
 * @throws {DatasetError} with file, line or record, field and reason
 */
export async function loadDataset(name: string, path: string): Promise<StoredDataset> {
  const wanted = wantedDataset(name, path);
  const found = await stat(path).catch((error: unknown) => {
    throw new DatasetError({ file: path }, 'there is no such file or folder', { cause: error });
  });
  if (!found.isDirectory()) return listFrom(wanted, path, null);
  const folder = resolve(path);
  const whole = join(path, DATASET_FILE);
  if (await exists(whole)) return datasetFrom(wanted, whole, await textOf(whole));
  for (const end of LIST_ENDS) {
    const file = join(path, `${TASKS}${end}`);
    if (await exists(file)) return listFrom(wanted, file, folder);
  }
  return foldersFrom(wanted, folder);
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
