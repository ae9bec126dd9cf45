import type { BashDataset } from '../task.ts';
import { ARCHIVES } from './archives.ts';
import { CONFIG } from './config.ts';
import { DATES } from './dates.ts';
import { ENCODING } from './encoding.ts';
import { FIND } from './find.ts';
import { GIT } from './git.ts';
import { INTEGRITY } from './integrity.ts';
import { JSON_TASKS } from './json.ts';
import { LINKS } from './links.ts';
import { LOGS } from './logs.ts';
import { PERMISSIONS } from './permissions.ts';
import { PROCESSES } from './processes.ts';
import { RENAMING } from './renaming.ts';
import { SCRIPTING } from './scripting.ts';
import { TABLES } from './tables.ts';
import { TEXT } from './text.ts';

/** The tasks that come with Stepwell. Their order is part of `bash-v1`: an index names the same task on every machine. */
export const BUILT_IN: BashDataset = {
  name: 'built-in',
  image: 'bash',
  tasks: [
    ...FIND,
    ...TEXT,
    ...PERMISSIONS,
    ...ARCHIVES,
    ...PROCESSES,
    ...JSON_TASKS,
    ...DATES,
    ...LINKS,
    ...TABLES,
    ...LOGS,
    ...INTEGRITY,
    ...RENAMING,
    ...CONFIG,
    ...GIT,
    ...SCRIPTING,
    ...ENCODING,
  ],
};
