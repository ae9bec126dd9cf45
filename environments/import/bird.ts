import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IncompleteDatasetError } from '../dataset-error.ts';
import { SQLITE_FOLDER } from '../sql/sqlite-image.ts';
import type { PublishedDataset } from './dataset-writer.ts';
import { placedFile, readSqlRecords } from './sql-records.ts';

const NAME = 'bird';
const RECORDS = 'ic_bird.json';

/** Where a database may be: as in BIRD's own archive, or moved up. */
function places(folder: string, database: string): string[] {
  const file = `${database}.sqlite`;
  return [file, join(database, file), join('dev_databases', database, file)].map((place) =>
    join(folder, place),
  );
}

async function contentOf(paths: readonly string[]): Promise<Buffer | null> {
  for (const path of paths) {
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    });
    if (content !== null) return content;
  }
  return null;
}

/**
 * BIRD as InterCode publishes it: `ic_bird.json`, and beside it the databases of BIRD's own archive, which are SQLite files.
 * @throws {IncompleteDatasetError} if databases are missing; it names all of them
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readBird(folder: string): Promise<PublishedDataset[]> {
  const file = join(folder, RECORDS);
  const tasks = await readSqlRecords(file, NAME);
  const databases = [...new Set(tasks.map(({ database }) => database))].sort();
  const added = [];
  const missing: string[] = [];
  for (const database of databases) {
    const content = await contentOf(places(folder, database));
    if (content === null) missing.push(database);
    else added.push(placedFile(`${SQLITE_FOLDER}/${database}.db`, content));
  }
  if (missing.length > 0) {
    const wanted = missing.map((database) => `dev_databases/${database}/${database}.sqlite`).join(', ');
    throw new IncompleteDatasetError(
      { file },
      `its databases are missing: unpack BIRD's dev archive here, so that there are ${wanted}`,
    );
  }
  return [
    {
      name: NAME,
      tasks: tasks.length,
      tree: null,
      added,
      file: {
        format: 1,
        environment: 'sql-v1',
        dialect: 'sqlite',
        image: { name: NAME, from: 'python', tree: 'tree.tar' },
        tasks,
      },
    },
  ];
}
