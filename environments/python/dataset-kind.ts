import type { DatasetKind } from '../dataset-folder.ts';
import { PythonTaskRecord } from './task.ts';

/** How Python tasks lie in files. */
export const PYTHON_TASKS: DatasetKind<PythonTaskRecord> = {
  record: PythonTaskRecord,
  image: 'python',
  layout: {
    texts: { gold: 'solution/solution.py', setup: 'environment/setup.py', grade: 'tests/grade.py' },
    folders: { wrong: 'wrong', cheats: 'cheats' },
    lists: { tests: 'tests/tests' },
  },
};
