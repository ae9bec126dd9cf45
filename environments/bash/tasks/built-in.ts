import { openDatasetFolder, recordsOf } from '../../dataset-folder.ts';
import { checkedRecords } from '../../record-list.ts';
import { BASH_TASKS } from '../dataset-kind.ts';
import type { BashDataset } from '../task.ts';

const { file, parts } = openDatasetFolder(import.meta.dirname);

/** The tasks that come with Stepwell, from the folders beside this file; `dataset.toml` has their order. */
export const BUILT_IN: BashDataset = {
  name: 'built-in',
  image: BASH_TASKS.image,
  tasks: checkedRecords(
    BASH_TASKS.record,
    parts.flatMap((part) => recordsOf(part, BASH_TASKS)),
    file,
  ),
};
