import { z } from 'zod';
import { hasOption, valuesOf } from '../environments/own-options.ts';
import { ResetOptions } from '../protocol/episode.ts';
import { OBSERVATIONS } from '../protocol/observation.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Keys that every JSON Schema has and a part of another one does not repeat. */
function properties(schema: z.ZodType): Readonly<Record<string, JsonSchema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
  };
  return properties;
}

/** What the observations of an environment hold beyond OpenEnv's own fields, as JSON Schemas by name. */
export function observationProperties(environment: string): Readonly<Record<string, JsonSchema>> {
  return properties(OBSERVATIONS[environment] ?? z.object({ output: z.string() }));
}

/** The options that a reset of the environment takes, as JSON Schemas by name; each may be null, which means its default. */
export function optionProperties(environment: string): Readonly<Record<string, JsonSchema>> {
  const names = Object.keys(ResetOptions.shape) as (keyof ResetOptions)[];
  const all = properties(ResetOptions);
  return Object.fromEntries(
    names
      .filter((name) => hasOption(environment, name))
      .map((name) => {
        const { description, ...schema } = all[name] ?? {};
        const values = valuesOf(name, environment);
        const own = values === null ? schema : { ...schema, enum: values };
        return [
          name,
          { anyOf: [own, { type: 'null' }], ...(description === undefined ? {} : { description }) },
        ];
      }),
  );
}
