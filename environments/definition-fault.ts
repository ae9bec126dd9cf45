import { existsSync } from 'node:fs';
import { z } from 'zod';
import { CommonOptions } from '../protocol/episode.ts';
import type { EnvironmentDefinition, Shape } from './definition.ts';
import { ResetOptionSet } from './reset-options.ts';

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-v\d+$/;
const OPTION = /^[a-z][a-z0-9_]*$/;

function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/** Whether a default export has the parts of a result of `defineEnvironment`. */
function isDefinition(value: unknown): value is EnvironmentDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { id, options, observation, datasetFields, builtIn, open } = value as Partial<EnvironmentDefinition>;
  const objects = [options, observation, datasetFields, builtIn];
  return (
    typeof id === 'string' &&
    typeof open === 'function' &&
    objects.every((part) => typeof part === 'object' && part !== null)
  );
}

function shapeFault(name: string, shape: Shape): string | null {
  const wrong = Object.entries(shape).find(([, schema]) => !isSchema(schema));
  if (wrong !== undefined) return `${name}.${wrong[0]} is not a zod schema`;
  try {
    z.toJSONSchema(z.object(shape), { io: 'input' });
    return null;
  } catch (error) {
    return `${name} cannot be converted to JSON Schema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function optionFault({ id, options }: EnvironmentDefinition): string | null {
  const set = new ResetOptionSet([{ id, options }]);
  for (const [name, schema] of Object.entries(options)) {
    if (!OPTION.test(name)) return `options.${name}: use lower-case letters, digits and underscores`;
    if (name in CommonOptions.shape) return `options.${name}: this is the name of a common option`;
    if (set.meaningOf(name) === '') return `options.${name} has no description: add .describe('…')`;
    if (!schema.safeParse(undefined).success) return `options.${name} must be optional: add .optional()`;
  }
  return null;
}

function taskFault({ record, builtIn }: EnvironmentDefinition): string | null {
  if (!Array.isArray(builtIn.tasks) || builtIn.tasks.length === 0) return 'its dataset has no tasks';
  const ids = new Set<string>();
  for (const [index, task] of builtIn.tasks.entries()) {
    const issue = record.safeParse(task).error?.issues[0];
    const field = issue?.path.join('.') ?? '';
    if (issue !== undefined)
      return `task ${index}${field === '' ? '' : `, field ${field}`}: ${issue.message}`;
    if (ids.has(task.id)) return `task ${index}: another task has the id ${task.id}`;
    ids.add(task.id);
  }
  return null;
}

/** Why a server cannot use a value as a definition, in one sentence; `null` if it can. */
export function definitionFault(value: unknown): string | null {
  if (value === undefined) return 'it has no default export: `export default defineEnvironment({ … })`';
  if (!isDefinition(value)) return 'its default export is not made by `defineEnvironment`';
  if (!ID.test(value.id)) return `id ${JSON.stringify(value.id)}: use words and a version, e.g. "node-v1"`;
  if (!isSchema(value.record)) return 'record is not a zod schema';
  if (!(value.readme instanceof URL) || !existsSync(value.readme)) {
    return `readme: there is no file ${String(value.readme)}`;
  }
  return (
    shapeFault('options', value.options) ??
    shapeFault('observation', value.observation) ??
    shapeFault('datasetFields', value.datasetFields) ??
    optionFault(value) ??
    taskFault(value)
  );
}
