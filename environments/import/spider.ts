import type { PublishedDataset } from './dataset-writer.ts';
import { readDumped } from './sql-records.ts';

/**
 * Spider as InterCode publishes it: `ic_spider_dev.json` and `ic_spider_dbs.sql`.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readSpider(folder: string): Promise<PublishedDataset[]> {
  const files = { records: 'ic_spider_dev.json', dump: 'ic_spider_dbs.sql' };
  return [await readDumped({ name: 'spider', folder, ...files })];
}
