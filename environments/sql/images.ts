import type { ImageDefinition } from '../../docker/sandbox.ts';
import type { StoredSqlDataset } from '../dataset-store.ts';
import { driverSource } from './driver-source.ts';
import { MYSQL_DUMP, MYSQL_FILES, MYSQL_SCRIPT } from './mysql-image.ts';
import { SQLITE_FOLDER, SQLITE_SCRIPT } from './sqlite-image.ts';
import type { Dialect, SqlDatabase, SqlDataset, SqlTaskRecord } from './task.ts';

/** A dataset with the images that serve it, by dialect. */
export interface ServedDataset {
  readonly name: string;
  readonly tasks: readonly SqlTaskRecord[];
  /** The dialect that a reset without one means. */
  readonly dialect: Dialect;
  readonly images: Readonly<Partial<Record<Dialect, ImageDefinition>>>;
  /** As `CatalogDataset` has it. */
  readonly checked?: boolean | undefined;
}

function textIn(part: SqlDatabase['schema'], dialect: Dialect): string {
  return typeof part === 'string' ? part : part[dialect];
}

/**
 * A dataset that comes with its databases as statements: an image for each dialect.
 * @param checked whether every task was tried with its gold
 */
export function servedFromStatements(
  { name, databases, tasks }: SqlDataset,
  checked: boolean | undefined = true,
): ServedDataset {
  const content = ({ schema, data }: SqlDatabase, dialect: Dialect) =>
    textIn(schema, dialect) + textIn(data, dialect);
  const dump = databases.map(
    (database) =>
      `CREATE DATABASE \`${database.name}\`;\nUSE \`${database.name}\`;\n${content(database, 'mysql')}`,
  );
  return {
    name,
    tasks,
    dialect: 'sqlite',
    checked,
    images: {
      sqlite: {
        name: `sql-${name.toLowerCase()}-sqlite`,
        from: 'python',
        files: Object.fromEntries(
          databases.map((database) => [`${SQLITE_FOLDER}/${database.name}.sql`, content(database, 'sqlite')]),
        ),
        script: SQLITE_SCRIPT,
        prepare: driverSource('sqlite'),
      },
      mysql: {
        name: `sql-${name.toLowerCase()}-mysql`,
        from: 'sql',
        files: { ...MYSQL_FILES, [MYSQL_DUMP]: dump.join('\n') },
        script: MYSQL_SCRIPT,
        prepare: driverSource('mysql'),
      },
    },
  };
}

/** A dataset from files: with its databases as statements, the image that it brings, or one of its own over the one that it names. */
export function servedFromFile(dataset: StoredSqlDataset): ServedDataset {
  const { name, tasks, dialect, image, checked, databases } = dataset;
  if (databases !== undefined)
    return { ...servedFromStatements({ name, databases, tasks }, checked), dialect };
  const definition = dataset.definition ?? { name: `sql-${name.toLowerCase()}`, from: image };
  return {
    name,
    tasks,
    dialect,
    checked,
    images: { [dialect]: { ...definition, prepare: driverSource(dialect) } },
  };
}
