import type { PublishedDataset } from './dataset-writer.ts';
import { readDumped } from './sql-records.ts';

/**
 * WikiSQL as InterCode publishes it: `ic_wikisql_dev.json` and `ic_wikisql_dev.sql`. Many of its gold queries lack the
 * quotes of their texts and so are no SQL; they are kept as they are.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readWikiSql(folder: string): Promise<PublishedDataset[]> {
  const files = { records: 'ic_wikisql_dev.json', dump: 'ic_wikisql_dev.sql' };
  return [await readDumped({ name: 'wikisql', folder, ...files })];
}
