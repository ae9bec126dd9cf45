import { openDatasetFolder, recordsOf } from '../../dataset-folder.ts';
import { checkedRecords } from '../../record-list.ts';
import { databaseIn } from '../database-folder.ts';
import { SQL_TASKS } from '../dataset-kind.ts';
import type { SqlDataset } from '../task.ts';

const { file, parts } = openDatasetFolder(import.meta.dirname);

/** The tasks that come with Stepwell, from the folders beside this file; `dataset.toml` has their order. */
export const BUILT_IN: SqlDataset = {
  name: 'built-in',
  databases: parts.flatMap(({ folder }) => databaseIn(folder) ?? []),
  tasks: checkedRecords(
    SQL_TASKS.record,
    parts.flatMap((part) => recordsOf(part, SQL_TASKS)),
    file,
  ),
};
