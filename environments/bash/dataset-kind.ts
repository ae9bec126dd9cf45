import type { DatasetKind } from '../dataset-folder.ts';
import { BashTaskRecord } from './task.ts';

/** How Bash tasks lie in files. The files below `environment/files` are placed in the sandbox by their paths. */
export const BASH_TASKS: DatasetKind<BashTaskRecord> = {
  record: BashTaskRecord,
  image: 'bash',
  layout: {
    texts: { gold: 'solution/solve.sh', setup: 'environment/setup.sh' },
    folders: { wrong: 'wrong' },
  },
};
