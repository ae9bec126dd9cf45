import { basename } from 'node:path';
import type { DatasetKind } from '../dataset-folder.ts';
import { SCHEMA_FILE } from './database-folder.ts';
import { SqlTaskRecord } from './task.ts';

/** How SQL tasks lie in files: lists, each in the folder of its database. */
export const SQL_TASKS: DatasetKind<SqlTaskRecord> = {
  record: SqlTaskRecord,
  image: 'python',
  layout: { texts: { gold: 'solution/solution.sql' }, folders: { wrong: 'wrong' } },
  shared: (folder, names) => (names.includes(SCHEMA_FILE) ? { database: basename(folder) } : {}),
};
