import type { SqlTaskRecord } from '../sql/task.ts';
import type { PublishedDataset } from './dataset-writer.ts';
import { readDumped } from './sql-records.ts';
import { type DumpedTables, tablesOfDump, wikiSqlGold, wikiSqlTable } from './wikisql-gold.ts';

/**
 * WikiSQL as InterCode publishes it: `ic_wikisql_dev.json` and `ic_wikisql_dev.sql`. Most of its gold queries are not valid
 * SQL, because names and texts have no quotes. The import adds them and also keeps the published text. All tasks share one
 * database, so each names its table.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readWikiSql(folder: string): Promise<PublishedDataset[]> {
  const files = { records: 'ic_wikisql_dev.json', dump: 'ic_wikisql_dev.sql' };
  const completed = (tasks: readonly SqlTaskRecord[], dump: string) => {
    const tables = tablesOfDump(dump);
    return tasks.map((task) => withGold(task, tables));
  };
  return [await readDumped({ name: 'wikisql', folder, ...files, completed })];
}

function withGold(task: SqlTaskRecord, tables: DumpedTables): SqlTaskRecord {
  const published = typeof task.gold === 'string' ? task.gold : task.gold.mysql;
  const gold = wikiSqlGold(published, tables);
  const table = wikiSqlTable(published, tables);
  const about = table === null ? task : { ...task, tables: [table] };
  return gold === null ? about : { ...about, gold, published_gold: published };
}
