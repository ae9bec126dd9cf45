import type { PythonDataset } from '../task.ts';
import { ASYNCHRONOUS } from './asynchronous.ts';
import { BITS } from './bits.ts';
import { BOOKINGS } from './bookings.ts';
import { BUFFERS } from './buffers.ts';
import { BYTES } from './bytes.ts';
import { CACHES } from './caches.ts';
import { CLASSES } from './classes.ts';
import { COMPONENTS } from './components.ts';
import { DATES } from './dates.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { DICTS } from './dicts.ts';
import { DIFFERENCES } from './differences.ts';
import { DYNAMIC } from './dynamic.ts';
import { EXPRESSIONS } from './expressions.ts';
import { FORMATS } from './formats.ts';
import { GRAPHS } from './graphs.ts';
import { INTERPRETERS } from './interpreters.ts';
import { INTERVALS } from './intervals.ts';
import { ITERATORS } from './iterators.ts';
import { JSON_TASKS } from './json.ts';
import { LEDGERS } from './ledgers.ts';
import { LISTS } from './lists.ts';
import { LOOKAHEAD } from './lookahead.ts';
import { MACHINES } from './machines.ts';
import { MATRICES } from './matrices.ts';
import { NUMBERS } from './numbers.ts';
import { PARSING } from './parsing.ts';
import { PROGRAMS } from './programs.ts';
import { RACES } from './races.ts';
import { RECURSION } from './recursion.ts';
import { RETRIES } from './retries.ts';
import { SIMULATIONS } from './simulations.ts';
import { STRINGS } from './strings.ts';

/**
 * The tasks that come with Stepwell. Their order is part of `python-v1`: an index names the same task on every machine.
 * Some cheats kill, fill or overwrite what they can reach: they are for sandboxes only.
 */
export const BUILT_IN: PythonDataset = {
  name: 'built-in',
  tasks: [
    ...STRINGS,
    ...LISTS,
    ...DICTS,
    ...DIFFERENCES,
    ...NUMBERS,
    ...DATES,
    ...PARSING,
    ...EXPRESSIONS,
    ...RECURSION,
    ...GRAPHS,
    ...COMPONENTS,
    ...DYNAMIC,
    ...BOOKINGS,
    ...CLASSES,
    ...BUFFERS,
    ...DESCRIPTORS,
    ...CACHES,
    ...ITERATORS,
    ...LOOKAHEAD,
    ...FORMATS,
    ...JSON_TASKS,
    ...SIMULATIONS,
    ...MACHINES,
    ...BITS,
    ...BYTES,
    ...INTERVALS,
    ...MATRICES,
    ...PROGRAMS,
    ...LEDGERS,
    ...INTERPRETERS,
    ...ASYNCHRONOUS,
    ...RACES,
    ...RETRIES,
  ],
};
