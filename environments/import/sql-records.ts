import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import { databasesOfDump } from '../sql/databases.ts';
import { MYSQL_DUMP, MYSQL_FILES, MYSQL_SCRIPT } from '../sql/mysql-image.ts';
import type { SqlTaskRecord } from '../sql/task.ts';
import type { PublishedDataset } from './dataset-writer.ts';
import type { AddedFile } from './file-tree.ts';

/** Fields that all of InterCode's SQL records have. */
const PublishedRecord = z.looseObject({
  query: z.string().min(1),
  db: z.string().min(1),
  gold: z.string().min(1),
  hardness: z.string().optional(),
  difficulty: z.string().optional(),
  evidence: z.string().optional(),
});

/** All files of an import have the same time, so that equal inputs give equal images. */
const MTIME = new Date('2024-01-01T00:00:00Z');

/** A file of a tree. @param path absolute path in the image */
export function placedFile(path: string, content: string | Buffer): AddedFile {
  return { name: path.slice(1), content, mode: 0o644, mtime: MTIME };
}

/**
 * Read a file of records in their order; ids are `<name>-<index>`.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readSqlRecords(file: string, name: string): Promise<SqlTaskRecord[]> {
  const value = parsedJson(await readFile(file, 'utf8'), { file });
  if (!Array.isArray(value) || value.length === 0) throw new DatasetError({ file }, 'not a list of records');
  return value.map((record: unknown, index): SqlTaskRecord => {
    const published = checked(PublishedRecord, record, { file, record: index });
    const { query, db, gold, hardness, difficulty, evidence = '' } = published;
    const tags = [hardness, difficulty].filter((tag) => tag !== undefined);
    return {
      id: `${name}-${index}`,
      instruction: query,
      database: db,
      gold,
      ...(tags.length === 0 ? {} : { tags }),
      ...(evidence.trim() === '' ? {} : { evidence: evidence.trim() }),
    };
  });
}

export interface DumpedFiles {
  /** Name of the dataset and of its image. */
  readonly name: string;
  readonly folder: string;
  /** JSON records. */
  readonly records: string;
  /** A MySQL dump that creates all their databases. */
  readonly dump: string;
  /** Adds facts from the dump to the tasks. @default the tasks unchanged */
  readonly completed?: (tasks: readonly SqlTaskRecord[], dump: string) => SqlTaskRecord[];
}

/**
 * Read a dataset whose databases are a MySQL dump, which is loaded when its image is built.
 * @throws {DatasetError} also if a record names a database that the dump does not create
 */
export async function readDumped({
  name,
  folder,
  records,
  dump,
  completed = (tasks) => [...tasks],
}: DumpedFiles): Promise<PublishedDataset> {
  const file = join(folder, records);
  const source = join(folder, dump);
  const found = await stat(source).catch(() => null);
  if (found === null) throw new DatasetError({ file: source }, `the databases of ${records} are missing`);
  const tasks = await readSqlRecords(file, name);
  const text = await readFile(source, 'utf8');
  const made = databasesOfDump(text);
  const homeless = tasks.findIndex(({ database }) => !made.has(database.toLowerCase()));
  if (homeless >= 0) {
    const database = tasks[homeless]?.database;
    throw new DatasetError(
      { file, record: homeless, field: 'db' },
      `${dump} does not create the database ${database}`,
    );
  }
  return {
    name,
    tasks: tasks.length,
    tree: null,
    added: [
      ...Object.entries(MYSQL_FILES).map(([path, content]) => placedFile(path, content)),
      placedFile(MYSQL_DUMP, text),
    ],
    file: {
      format: 1,
      environment: 'sql-v1',
      dialect: 'mysql',
      image: { name, from: 'sql', tree: 'tree.tar', script: MYSQL_SCRIPT },
      tasks: completed(tasks, text),
    },
  };
}

/**
 * Spider as InterCode publishes it: `ic_spider_dev.json` and `ic_spider_dbs.sql`.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readSpider(folder: string): Promise<PublishedDataset[]> {
  const files = { records: 'ic_spider_dev.json', dump: 'ic_spider_dbs.sql' };
  return [await readDumped({ name: 'spider', folder, ...files })];
}
