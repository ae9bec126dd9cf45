import { z } from 'zod';

// Bodies of the routes that list tasks, the same for OpenEnv and ORS.

export const SplitRequest = z.looseObject({ split: z.string().min(1) });

/** A task of a split. */
export const TaskRequest = SplitRequest.extend({ index: z.number().int() });

/** Some tasks of a split, like a slice in Python. @default all */
export const RangeRequest = SplitRequest.extend({
  start: z.number().int().nullish(),
  stop: z.number().int().nullish(),
});
