import type { ImageDefinition } from '../../docker/image-definition.ts';
import type { PlayableDataset } from '../playable-dataset.ts';
import { driverSource } from './driver-source.ts';
import { MYSQL_DUMP, MYSQL_FILES, MYSQL_SCRIPT } from './mysql-image.ts';
import { SQLITE_FOLDER, SQLITE_SCRIPT } from './sqlite-image.ts';
import type { Dialect, SqlDatabase, SqlDataset, SqlTaskRecord } from './task.ts';

/** A dataset with its images by dialect; `image` is that of its own dialect. */
export interface ServedDataset extends PlayableDataset<SqlTaskRecord> {
  /** The default dialect of a reset. */
  readonly dialect: Dialect;
  readonly images: Readonly<Partial<Record<Dialect, ImageDefinition>>>;
  /** Databases that it describes by statements. @default none: its image has them */
  readonly databases?: readonly SqlDatabase[] | undefined;
}

/** A dataset from a file. */
export interface SqlDatasetFile extends PlayableDataset<SqlTaskRecord> {
  /** @default sqlite */
  readonly dialect?: Dialect | undefined;
  /** Databases that it describes by statements. @default none: its image has them */
  readonly databases?: readonly SqlDatabase[] | undefined;
}

function textIn(part: SqlDatabase['schema'], dialect: Dialect): string {
  return typeof part === 'string' ? part : part[dialect];
}

/**
 * A dataset whose databases are statements has an image for each dialect.
 * @param checked whether every task was tried with its gold
 */
function servedFromStatements(
  { name, databases, tasks }: SqlDataset,
  checked: boolean | undefined = true,
): ServedDataset {
  const content = ({ schema, data }: SqlDatabase, dialect: Dialect) =>
    textIn(schema, dialect) + textIn(data, dialect);
  const dump = databases.map(
    (database) =>
      `CREATE DATABASE \`${database.name}\`;\nUSE \`${database.name}\`;\n${content(database, 'mysql')}`,
  );
  const image = `sql-${name.toLowerCase()}-sqlite`;
  return {
    name,
    tasks,
    dialect: 'sqlite',
    image,
    definition: null,
    checked,
    databases,
    images: {
      sqlite: {
        name: image,
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
export function servedFromFile(dataset: SqlDatasetFile): ServedDataset {
  const { name, dialect = 'sqlite', image, databases, tasks, checked } = dataset;
  if (databases !== undefined) {
    const served = servedFromStatements({ name, databases, tasks }, checked);
    return { ...served, dialect, image: served.images[dialect]?.name ?? served.image };
  }
  const definition = dataset.definition ?? { name: `sql-${name.toLowerCase()}`, from: image };
  const images = { [dialect]: { ...definition, prepare: driverSource(dialect) } };
  return { ...dataset, dialect, image: definition.name, images };
}
