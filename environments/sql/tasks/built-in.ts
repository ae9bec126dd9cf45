import type { SqlDataset } from '../task.ts';
import { LIBRARY } from './library.ts';
import { LIBRARY_TASKS } from './library-tasks.ts';
import { RAILWAY } from './railway.ts';
import { RAILWAY_TASKS } from './railway-tasks.ts';
import { RECORD_LABEL } from './record-label.ts';
import { RECORD_LABEL_TASKS } from './record-label-tasks.ts';
import { REPAIR_SHOP } from './repair-shop.ts';
import { REPAIR_SHOP_TASKS } from './repair-shop-tasks.ts';

/** The tasks that come with Stepwell. Their order is part of `sql-v1`: an index names the same task on every machine. */
export const BUILT_IN: SqlDataset = {
  name: 'built-in',
  databases: [LIBRARY, REPAIR_SHOP, RAILWAY, RECORD_LABEL],
  tasks: [...LIBRARY_TASKS, ...REPAIR_SHOP_TASKS, ...RAILWAY_TASKS, ...RECORD_LABEL_TASKS],
};
