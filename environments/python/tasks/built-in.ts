import { openDatasetFolder, tasksOf } from '../../dataset-folder.ts';
import { PYTHON_TASKS } from '../dataset-kind.ts';
import type { PythonDataset } from '../task.ts';

const FOLDER = openDatasetFolder(import.meta.dirname);

/**
 * The tasks that come with Stepwell, from the folders beside this file; `dataset.toml` has their order.
 * Some cheats kill, fill or overwrite what they can reach: they are for sandboxes only.
 */
export const BUILT_IN: PythonDataset = {
  name: 'built-in',
  tasks: tasksOf(FOLDER, PYTHON_TASKS),
};
