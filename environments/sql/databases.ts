import { basename } from 'node:path';
import type { ImageDefinition } from '../../docker/image-definition.ts';
import type { RecordFlaw } from '../definition.ts';
import { type TarMember, tarContent, tarMembers } from '../tar-file.ts';
import type { SqlDatasetFile } from './images.ts';
import { MYSQL_DUMP, MYSQL_SCRIPT } from './mysql-image.ts';
import { SQLITE_FOLDER, SQLITE_SCRIPT } from './sqlite-image.ts';
import type { Dialect } from './task.ts';

/** Names of databases that a MySQL dump creates, in lower case, as the server stores them. */
export function databasesOfDump(text: string): Set<string> {
  const made = text.matchAll(
    /CREATE (?:DATABASE|SCHEMA)\s+(?:\/\*.*?\*\/\s*)?(?:IF NOT EXISTS\s+)?[`"]?([^`"\s;]+)/gi,
  );
  return new Set([...made].map(([, database = '']) => database.toLowerCase()));
}

async function memberOf(tree: string, path: string): Promise<TarMember | null> {
  for await (const member of tarMembers(tree)) if (`/${member.name}` === path) return member;
  return null;
}

async function sqliteFiles(tree: string, ends: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { name } of tarMembers(tree)) {
    const end = ends.find((one) => name.endsWith(one));
    if (end !== undefined && `/${name}` === `${SQLITE_FOLDER}/${basename(name)}`)
      found.add(basename(name, end));
  }
  return found;
}

/** The databases of an image, as far as its definition shows. */
export interface KnownDatabases {
  has(database: string): boolean;
}

/**
 * The databases of an image; `null` if its definition cannot show them, e.g. because of a user's script.
 * @param definition of the image; `null` for the plain one of the environment
 */
export async function databasesOf(
  definition: ImageDefinition | null,
  dialect: Dialect,
): Promise<KnownDatabases | null> {
  const { from = 'python', tree, script } = definition ?? {};
  if (dialect === 'mysql') {
    if (script !== MYSQL_SCRIPT || tree === undefined) return null;
    const dump = await memberOf(tree, MYSQL_DUMP);
    const made =
      dump === null ? new Set<string>() : databasesOfDump((await tarContent(tree, dump)).toString());
    return { has: (database) => made.has(database.toLowerCase()) };
  }
  if (from !== 'python' || (script !== undefined && script !== SQLITE_SCRIPT)) return null;
  if (tree === undefined) return new Set();
  return sqliteFiles(tree, script === undefined ? ['.db'] : ['.db', '.sql']);
}

/** The image of a plain list of SQL records. */
export const LIST_IMAGE = 'python';

/**
 * The first task whose database is neither described by statements nor in its dataset's image; `null` if there is none, or if
 * it cannot be known.
 */
export async function homelessTask(dataset: SqlDatasetFile): Promise<RecordFlaw | null> {
  const { definition, image, tasks, databases, dialect = 'sqlite' } = dataset;
  const described = databases && new Set(databases.map(({ name }) => name));
  // Nothing is known about an image that is not built here.
  const isForeign = definition === null && image !== LIST_IMAGE;
  const known = described ?? (isForeign ? null : await databasesOf(definition, dialect));
  const record = known === null ? -1 : tasks.findIndex(({ database }) => !known.has(database));
  const wanted = tasks[record]?.database;
  if (wanted === undefined) return null;
  if (described !== undefined) {
    return { record, field: 'database', reason: `the dataset has no folder ${wanted} with a schema.sql` };
  }
  const remedy =
    dialect === 'sqlite'
      ? `put it into the tree as ${SQLITE_FOLDER.slice(1)}/${wanted}.db`
      : 'its dump does not create it';
  return { record, field: 'database', reason: `there is no database ${wanted} in its image: ${remedy}` };
}
