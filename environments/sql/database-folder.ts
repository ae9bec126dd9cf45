import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatasetError } from '../dataset-error.ts';
import type { SqlDatabase } from './task.ts';

export const SCHEMA_FILE = 'schema.sql';
const DATA_FILE = 'data.sql';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * CREATE TABLE statements for both dialects. MariaDB's tables are in UTF-8, whatever the server's default. Each statement must
 * end with `);` on its own line.
 */
function inBothDialects(schema: string): Exclude<SqlDatabase['schema'], string> {
  return { sqlite: schema, mysql: schema.replaceAll('\n);', '\n) DEFAULT CHARSET = utf8mb4;') };
}

/**
 * The database of a folder with `schema.sql` and optionally `data.sql`, named after the folder; `null` if it has none.
 * @throws {DatasetError} for a folder whose name is not a valid database name
 */
export function databaseIn(folder: string): SqlDatabase | null {
  const schema = join(folder, SCHEMA_FILE);
  if (!existsSync(schema)) return null;
  const name = basename(folder);
  if (!NAME.test(name)) {
    throw new DatasetError(
      { file: folder },
      'the name of a database folder may have only letters, digits and _',
    );
  }
  const data = join(folder, DATA_FILE);
  return {
    name,
    schema: inBothDialects(readFileSync(schema, 'utf8')),
    data: existsSync(data) ? readFileSync(data, 'utf8') : '',
  };
}
