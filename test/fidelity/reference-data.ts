import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { unlessRequired } from '../requirements.ts';

const numbers = z.array(z.number().nullable());

/** One episode of the reference: what InterCode's own code answered to a published model run. */
const ReferenceEpisode = z.object({
  fs: z.number().int(),
  model: z.string(),
  task_id: z.number().int(),
  query: z.string(),
  gold: z.union([z.string(), z.array(z.string())]),
  actions: z.array(z.string()),
  observations: z.array(z.string()),
  rewards: numbers,
  valid: z.array(z.boolean()),
  file_diff: numbers,
  file_changes: numbers,
  answer_similarity: numbers,
});
export type ReferenceEpisode = z.infer<typeof ReferenceEpisode>;

/** Folder of the benchmark data: env `STEPWELL_DATA`, else beside the repository. */
const dataFolder = process.env.STEPWELL_DATA ?? join(import.meta.dirname, '../../../shared/data');
export const intercodeFolder = join(dataFolder, 'intercode');
const referenceFolder = join(intercodeFolder, 'reference');

/** Why there is nothing to compare with; `null` where there is. */
export const missingData = unlessRequired(
  'data',
  existsSync(referenceFolder) ? null : `no reference data at ${referenceFolder}; set STEPWELL_DATA`,
);

/** Of long replays, play every so-maniest episode only: env `STEPWELL_FIDELITY_EVERY`. @default 1, all of them */
const every = Number(process.env.STEPWELL_FIDELITY_EVERY ?? 1);
if (!Number.isInteger(every) || every < 1)
  throw new Error(
    `STEPWELL_FIDELITY_EVERY must be an integer from 1, not ${process.env.STEPWELL_FIDELITY_EVERY}`,
  );

/** The episodes of a long replay that are played. */
export const sampled = <T>(all: readonly T[]): T[] => all.filter((_, index) => index % every === 0);

export function referenceEpisodes(): ReferenceEpisode[] {
  return readdirSync(referenceFolder)
    .filter((name) => name.startsWith('bash_') && name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(referenceFolder, name), 'utf8').trim().split('\n'))
    .map((line) => ReferenceEpisode.parse(JSON.parse(line)));
}
