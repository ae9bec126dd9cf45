import { statSync } from 'node:fs';
import { z } from 'zod';
import { ImageSchema } from '../docker/image-definition.ts';
import { CommonOptions } from '../protocol/episode.ts';
import type { EnvironmentDefinition, Shape } from './definition.ts';
import { CompleteDefinition, formFault, isSchema } from './definition-schema.ts';
import { ResetOptionSet } from './reset-options.ts';

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-v\d+$/;
const OPTION = /^[a-z][a-z0-9_]*$/;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The fields that every record has, whatever else the environment's own schema asks for. */
const AnyRecord = z.looseObject({
  id: z.string().min(1),
  instruction: z.string(),
  tags: z.array(z.string()).optional(),
});

/** Whether a default export has the parts of a result of `defineEnvironment`. */
function isDefinition(value: unknown): value is EnvironmentDefinition {
  return typeof value === 'object' && value !== null && 'builtIn' in value && 'open' in value;
}

function isFile(readme: URL): boolean {
  try {
    return statSync(readme).isFile();
  } catch {
    return false;
  }
}

function shapeFault(name: string, shape: Shape): string | null {
  const wrong = Object.entries(shape).find(([, schema]) => !isSchema(schema));
  if (wrong !== undefined) return `${name}.${wrong[0]} is not a zod schema`;
  try {
    z.toJSONSchema(z.object(shape), { io: 'input' });
    return null;
  } catch (error) {
    return `${name} cannot be converted to JSON Schema: ${messageOf(error)}`;
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

function taskFault(definition: EnvironmentDefinition): string | null {
  const { record, builtIn } = definition;
  if (builtIn.tasks.length === 0) return 'its dataset has no tasks';
  const ids = new Set<string>();
  for (const [index, task] of builtIn.tasks.entries()) {
    const issue = (AnyRecord.safeParse(task).error ?? record.safeParse(task).error)?.issues[0];
    const field = issue?.path.join('.') ?? '';
    if (issue !== undefined)
      return `task ${index}${field === '' ? '' : `, field ${field}`}: ${issue.message}`;
    if (ids.has(task.id)) return `task ${index}: another task has the id ${task.id}`;
    ids.add(task.id);
    const fault =
      resultFault('goldOf', z.string(), () => definition.goldOf(task, { ...builtIn })) ??
      resultFault('goldAs', z.enum(['step', 'answer']), () => definition.goldAs(task)) ??
      resultFault('goldReward', z.number().min(0).max(1), () =>
        definition.goldReward(task, { ...builtIn }, {}),
      ) ??
      resultFault('namesOf', z.array(z.string()), () => definition.namesOf(task));
    if (fault !== null) return `task ${index} (${task.id}): ${fault}`;
  }
  return null;
}

/** Why the result of a definition's function is of no use. */
function resultFault(name: string, schema: z.ZodType, call: () => unknown): string | null {
  try {
    const fault = formFault(schema, call());
    return fault === null ? null : `the result of ${name}: ${fault}`;
  } catch (error) {
    return `${name} throws: ${messageOf(error)}`;
  }
}

function faultOf(definition: EnvironmentDefinition): string | null {
  const fault = formFault(CompleteDefinition, definition);
  if (fault !== null) return fault;
  const { id, readme, options, observation, datasetFields, builtIn } = definition;
  if (!ID.test(id)) return `id ${JSON.stringify(id)}: use words and a version, e.g. "node-v1"`;
  if (!isFile(readme)) return `readme: there is no file ${String(readme)}`;
  return (
    shapeFault('options', options) ??
    shapeFault('observation', observation) ??
    shapeFault('datasetFields', datasetFields) ??
    optionFault(definition) ??
    taskFault(definition) ??
    resultFault('imagesOf', z.array(ImageSchema), () => definition.imagesOf(builtIn))
  );
}

/** Why a server cannot use a value as a definition, in one sentence; `null` if it can. */
export function definitionFault(value: unknown): string | null {
  if (value === undefined) return 'it has no default export: `export default defineEnvironment({ … })`';
  if (!isDefinition(value)) return 'its default export is not made by `defineEnvironment`';
  try {
    return faultOf(value);
  } catch (error) {
    // A schema of its own may throw, e.g. one with an asynchronous check.
    return `it cannot be checked: ${messageOf(error)}`;
  }
}
