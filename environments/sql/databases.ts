import { basename } from 'node:path';
import type { ImageDefinition } from '../../docker/sandbox.ts';
import { DatasetError } from '../dataset-error.ts';
import type { FoundRecord } from '../record-list.ts';
import { type TarMember, tarContent, tarMembers } from '../tar-file.ts';
import { SQL_TASKS } from './dataset-kind.ts';
import { MYSQL_DUMP, MYSQL_SCRIPT } from './mysql-image.ts';
import { SQLITE_FOLDER, SQLITE_SCRIPT } from './sqlite-image.ts';
import type { Dialect, SqlDatabase, SqlTaskRecord } from './task.ts';

/** Names of databases that a dump of MySQL makes, in lower case, as the server keeps them. */
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

/** What an image has of databases, as far as its definition tells. */
export interface KnownDatabases {
  has(database: string): boolean;
}

/**
 * The databases of an image; `null` where nothing but the image itself could tell, e.g. for a script of the user's own.
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

/** Tasks with what is known of their databases. */
export interface HousedTasks {
  /** Of the dataset. */
  readonly file: string;
  readonly tasks: readonly SqlTaskRecord[];
  /** The tasks as they were found. */
  readonly records: readonly FoundRecord[];
  /** Databases that the dataset describes by statements; its image has them where there are none. */
  readonly databases: readonly SqlDatabase[];
  readonly image: string;
  readonly definition: ImageDefinition | null;
  readonly dialect: Dialect;
}

/** @throws {DatasetError} for a task whose database is neither described nor in the image that the dataset brings */
export async function refuseHomeless(housed: HousedTasks): Promise<void> {
  const { file, tasks, records, databases, image, definition, dialect } = housed;
  const described = databases.length === 0 ? null : new Set(databases.map(({ name }) => name));
  // Of an image that is not made here nothing is known.
  const isForeign = definition === null && image !== SQL_TASKS.image;
  const known = described ?? (isForeign ? null : await databasesOf(definition, dialect));
  const homeless = known === null ? -1 : tasks.findIndex(({ database }) => !known.has(database));
  if (homeless < 0) return;
  const wanted = tasks[homeless]?.database;
  const remedies = {
    sqlite: `put it into the tree as ${SQLITE_FOLDER.slice(1)}/${wanted}.db`,
    mysql: 'its dump makes none',
  };
  const reason =
    described === null
      ? `there is no database ${wanted} in its image: ${remedies[dialect]}`
      : `the dataset has no folder ${wanted} with a schema.sql`;
  throw new DatasetError(records[homeless]?.place(['database']) ?? { file }, reason);
}
