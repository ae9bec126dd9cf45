import { z } from 'zod';
import { ImageSchema } from '../docker/image-definition.ts';
import type { EnvironmentDefinition } from './definition.ts';
import { clearestIssue } from './schema-issue.ts';

const callable = () =>
  z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'it must be a function');

const schemas = () => z.record(z.string(), z.unknown(), 'it must be an object of zod schemas');

/** Whether a value is a zod schema. */
export function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

const FIELDS = {
  id: z.string(),
  description: z.string().min(1),
  readme: z.custom<URL>(
    (value) => value instanceof URL,
    "it must be a URL: new URL('./README.md', import.meta.url)",
  ),
  semantics: z.array(z.enum(['native', 'intercode'])).min(1, 'it must name native, intercode or both'),
  options: schemas(),
  observation: schemas(),
  record: z.custom<z.ZodType>(isSchema, 'it must be a zod schema'),
  datasetFields: schemas(),
  layout: z.strictObject({
    texts: z.record(z.string(), z.string()),
    folders: z.record(z.string(), z.string()),
    lists: z.record(z.string(), z.string()).optional(),
    read: callable().optional(),
  }),
  shared: callable(),
  fieldsOf: callable(),
  image: z.string().min(1),
  images: z.array(ImageSchema),
  builtIn: z.looseObject({
    name: z.string().min(1),
    image: z.string().min(1),
    definition: ImageSchema.nullable(),
    tasks: z.custom<readonly unknown[]>(Array.isArray, 'it must be a list of records'),
  }),
  served: callable(),
  imagesOf: callable(),
  flawOf: callable(),
  goldAs: callable(),
  goldOf: callable(),
  goldReward: callable(),
  trialOf: callable(),
  prompt: z.strictObject({
    first: z.string(),
    more: z.string(),
    until: z.enum(['line', 'bash', 'python']),
  }),
  namesOf: callable(),
  open: callable(),
} satisfies Record<keyof EnvironmentDefinition, z.ZodType>;

/** The form of a whole definition. What its functions and schemas do is checked elsewhere. */
export const CompleteDefinition = z.strictObject(FIELDS);

/** Fields that have defaults in `defineEnvironment`. */
const WITH_DEFAULTS = {
  semantics: true,
  options: true,
  observation: true,
  datasetFields: true,
  layout: true,
  shared: true,
  fieldsOf: true,
  images: true,
  builtIn: true,
  served: true,
  imagesOf: true,
  flawOf: true,
  goldAs: true,
  goldReward: true,
  trialOf: true,
  namesOf: true,
  prompt: true,
  open: true,
} as const;

export type WithDefaults = keyof typeof WITH_DEFAULTS;

/** The form of what `defineEnvironment` takes. */
export const GivenParts = CompleteDefinition.partial(WITH_DEFAULTS).extend({
  image: z.union([z.string().min(1), ImageSchema], 'it must be the name of an image, or an image'),
  tasks: z
    .custom<readonly unknown[] | URL>(
      (value) => Array.isArray(value) || value instanceof URL,
      'it must be a list of records, or the URL of a folder of tasks',
    )
    .optional(),
  begin: callable().optional(),
});

/** Why a value does not have the form of a definition, e.g. `field begin: it must be a function`; `null` if it has. */
export function formFault(schema: z.ZodType, value: unknown): string | null {
  const { error } = schema.safeParse(value);
  if (error === undefined) return null;
  const { path, reason } = clearestIssue(schema, value, error);
  return path.length === 0 ? reason : `field ${path.map(String).join('.')}: ${reason}`;
}
