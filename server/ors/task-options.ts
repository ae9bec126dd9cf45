import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { nearestKey } from '../../environments/nearest-key.ts';
import type { ResetOptionSet } from '../../environments/reset-options.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import type { OrsCreate } from '../../protocol/ors.ts';
import { taskAt } from '../fronts/splits.ts';
import { clipped } from '../json/excerpt.ts';
import { OrsRefusal } from './refusal.ts';

/** Maximum length of an unknown name that is compared with known ones, in characters. */
const MAX_COMPARED = 64;
/** Fields of a listed task that are no options of a reset. */
const LISTED_ONLY: ReadonlySet<string> = new Set(['id', 'index', 'instruction']);

/**
 * The options of the reset that begins a task.
 * @throws {OrsRefusal} @throws {ProtocolError} `dataset_not_found`, `task_not_found`
 */
export function taskOptions(
  environment: Environment,
  { task_spec, split, index }: OrsCreate,
  { schema }: Pick<ResetOptionSet, 'schema'>,
): ResetOptions {
  if (task_spec === undefined || task_spec === null) {
    const { dataset, index: task } = taskAt(environment, split ?? '', index ?? 0);
    return { dataset, task };
  }
  const { id, index: at, instruction } = task_spec;
  // A listed task has an instruction, and tags of its own, which are not those of an episode.
  const isListed = instruction !== undefined;
  const given = Object.fromEntries(
    Object.entries(task_spec).filter(
      ([name, value]) => !LISTED_ONLY.has(name) && !(isListed && name === 'tags') && value !== null,
    ),
  );
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = nearestKey(unknown.slice(0, MAX_COMPARED), known);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    throw new OrsRefusal(400, `task_spec: there is no option ${clipped(unknown, 100)}${hint}`);
  }
  const options = schema.safeParse({
    ...(id === undefined && at === undefined ? {} : { task: id ?? at }),
    ...given,
  });
  if (!options.success)
    throw new OrsRefusal(400, `task_spec: ${z.prettifyError(options.error).slice(0, 500)}`);
  return options.data as ResetOptions;
}
