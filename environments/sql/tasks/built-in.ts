import { openDatasetFolder, tasksOf } from '../../dataset-folder.ts';
import { databaseIn } from '../database-folder.ts';
import { SQL_TASKS } from '../dataset-kind.ts';
import type { SqlDataset } from '../task.ts';

const FOLDER = openDatasetFolder(import.meta.dirname);

/** The tasks that come with Stepwell, from the folders beside this file; `dataset.toml` has their order. */
export const BUILT_IN: SqlDataset = {
  name: 'built-in',
  databases: FOLDER.parts.flatMap(({ folder }) => databaseIn(folder) ?? []),
  tasks: tasksOf(FOLDER, SQL_TASKS),
};
