import { openDatasetFolder, tasksOf } from '../../dataset-folder.ts';
import { BASH_TASKS } from '../dataset-kind.ts';
import type { BashDataset } from '../task.ts';

const FOLDER = openDatasetFolder(import.meta.dirname);

/** The tasks that come with Stepwell, from the folders beside this file; `dataset.toml` has their order. */
export const BUILT_IN: BashDataset = {
  name: 'built-in',
  image: BASH_TASKS.image,
  tasks: tasksOf(FOLDER, BASH_TASKS),
};
