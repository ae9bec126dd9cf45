import { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import type { EnvironmentDefinition, Shape } from './definition.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether this is a valid dataset name. */
export function isDatasetName(name: string): boolean {
  return NAME.test(name);
}

const COMMON_FIELDS = {
  format: z.literal(1),
  image: z.strictObject({
    name: z.string().regex(NAME),
    from: z.string().min(1),
    /** A tar file beside this one. */
    tree: z.string().min(1).optional(),
    gitAtRoot: z.boolean().optional(),
    /** Shell commands that run once as root when the image is built, after the tree is unpacked. */
    script: z.string().min(1).optional(),
  }),
  /** When, and on which engine, every task was tried with its gold. Ungradable tasks are marked. */
  check: z.strictObject({ at: z.iso.datetime(), engine: z.string().min(1) }).optional(),
};

const FILE_FIELDS = { ...COMMON_FIELDS, tasks: z.array(z.unknown()).min(1) };

const HEAD_FIELDS = {
  ...COMMON_FIELDS,
  image: COMMON_FIELDS.image.optional(),
  /** Names of all folders of tasks, in order. @default sorted by name */
  order: z.array(z.string().min(1)).min(1).optional(),
};

/** `dataset.json` in a dataset's folder, with the fields of its environment, e.g. `dialect`. */
export type DatasetFile = z.infer<z.ZodObject<typeof FILE_FIELDS>> & OwnFields;

/** `dataset.toml`: the fields of `dataset.json`, and the folders of the tasks in their order. */
export type DatasetHead = z.infer<z.ZodObject<typeof HEAD_FIELDS>> & OwnFields;

interface OwnFields {
  readonly environment: string;
  readonly [field: string]: unknown;
}

/** The fields of a definition that are needed here. */
type Definitions = readonly Pick<EnvironmentDefinition, 'id' | 'datasetFields'>[];

/** The schema of `dataset.json`. Records are checked one by one elsewhere, so that an error can name the record. */
export function datasetFileSchema(definitions: Definitions): z.ZodType<DatasetFile> {
  return withOwnFields(definitions, FILE_FIELDS) as z.ZodType<DatasetFile>;
}

/** The schema of `dataset.toml`. */
export function datasetHeadSchema(definitions: Definitions): z.ZodType<DatasetHead> {
  return withOwnFields(definitions, HEAD_FIELDS) as z.ZodType<DatasetHead>;
}

function withOwnFields(definitions: Definitions, fields: Shape): z.ZodType {
  const own = Object.assign({}, ...definitions.map(({ datasetFields }) => datasetFields)) as Shape;
  const schema = z.strictObject({ ...own, environment: z.enum(idsOf(definitions)), ...fields });
  return schema.superRefine((file: OwnFields, context) => {
    for (const field of Object.keys(own)) {
      const owners = definitions.filter(({ datasetFields }) => field in datasetFields).map(({ id }) => id);
      if (file[field] === undefined || owners.includes(file.environment)) continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `only ${owners.join(' and ')} has this field`,
      });
    }
  });
}

function idsOf(definitions: Definitions): string[] {
  return definitions.map(({ id }) => id).sort();
}

/** A dataset name from a user. */
export interface WantedDataset {
  readonly name: string;
  readonly environment?: string | undefined;
}

/**
 * The parts of a name of `--dataset`: `mine`, or with an environment, `python-v1:mine`.
 * @param path of the dataset, for the error
 * @throws {DatasetError}
 */
export function wantedDataset(text: string, path: string, definitions: Definitions): WantedDataset {
  const [first = '', ...rest] = text.split(':');
  const name = rest.length === 0 ? first : rest.join(':');
  if (!isDatasetName(name)) {
    throw new DatasetError({ file: path }, `${JSON.stringify(name)} is not a valid dataset name`);
  }
  if (rest.length === 0) return { name };
  const ids = idsOf(definitions);
  if (ids.includes(first)) return { name, environment: first };
  const known = ids.join(', ');
  throw new DatasetError(
    { file: path },
    `${JSON.stringify(first)} before the name ${name} is not an environment: use one of ${known}`,
  );
}
