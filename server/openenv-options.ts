import { z } from 'zod';
import type { Environment } from '../environments/environment.ts';
import { CommonOptions } from '../protocol/episode.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const OUTPUT = z.string().describe('Text for the agent: after reset the instruction, then what was printed.');

/** Keys that every JSON Schema has and a part of another one does not repeat. */
function properties(schema: z.ZodType): Readonly<Record<string, JsonSchema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
  };
  return properties;
}

/** What the observations of an environment hold beyond OpenEnv's own fields, as JSON Schemas by name. */
export function observationProperties({
  observation,
}: Pick<Environment, 'observation'>): Readonly<Record<string, JsonSchema>> {
  return properties(z.object({ output: OUTPUT, ...observation }));
}

/** The options that a reset of the environment takes, as JSON Schemas by name; each may be null, which means its default. */
export function optionProperties({
  options,
}: Pick<Environment, 'options'>): Readonly<Record<string, JsonSchema>> {
  const all = Object.entries(properties(z.object({ ...CommonOptions.shape, ...options })));
  return Object.fromEntries(
    all.map(([name, { description, ...schema }]) => [
      name,
      { anyOf: [schema, { type: 'null' }], ...(description === undefined ? {} : { description }) },
    ]),
  );
}
