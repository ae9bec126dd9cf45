import { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import { Dialect } from './sql/task.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether a dataset may have this name. */
export function isDatasetName(name: string): boolean {
  return NAME.test(name);
}

/** Environments that play datasets. */
export const DatasetEnvironment = z.enum(['bash-v1', 'python-v1', 'sql-v1']);
export type DatasetEnvironment = z.infer<typeof DatasetEnvironment>;

export const DIALECT_RULE = { message: 'only sql-v1 has dialects', path: ['dialect'] };

/** Whether a dataset's environment has the dialect that it names. */
export function hasItsDialect(head: {
  readonly environment: DatasetEnvironment;
  readonly dialect?: Dialect | undefined;
}): boolean {
  return head.dialect === undefined || head.environment === 'sql-v1';
}

/** `dataset.json` in a dataset's folder. Its records are checked one by one, so that an error can name one. */
export const DatasetFile = z
  .strictObject({
    format: z.literal(1),
    environment: DatasetEnvironment,
    image: z.strictObject({
      name: z.string().regex(NAME),
      from: z.string().min(1),
      /** A tar file beside this one. */
      tree: z.string().min(1).optional(),
      gitAtRoot: z.boolean().optional(),
      /** Commands of a shell, run once as root when the image is made, after the tree. */
      script: z.string().min(1).optional(),
    }),
    /** When, and on which engine, every task was tried with its gold: those that cannot be graded are marked. */
    check: z.strictObject({ at: z.iso.datetime(), engine: z.string().min(1) }).optional(),
    /** For `sql-v1`: what the image serves. @default sqlite */
    dialect: Dialect.optional(),
    tasks: z.array(z.unknown()).min(1),
  })
  .refine(hasItsDialect, DIALECT_RULE);
export type DatasetFile = z.infer<typeof DatasetFile>;

/** A dataset as a user names it. */
export interface WantedDataset {
  readonly name: string;
  readonly environment?: DatasetEnvironment | undefined;
}

/**
 * The parts of a name as `--dataset` takes it: `mine`, or with its environment `python-v1:mine`.
 * @param path of the dataset, for the error
 * @throws {DatasetError}
 */
export function wantedDataset(text: string, path: string): WantedDataset {
  const [first = '', ...rest] = text.split(':');
  const name = rest.length === 0 ? first : rest.join(':');
  if (!isDatasetName(name)) {
    throw new DatasetError({ file: path }, `${JSON.stringify(name)} is no name of a dataset`);
  }
  if (rest.length === 0) return { name };
  const environment = DatasetEnvironment.safeParse(first);
  if (environment.success) return { name, environment: environment.data };
  const known = DatasetEnvironment.options.join(', ');
  throw new DatasetError(
    { file: path },
    `${JSON.stringify(first)} before the name ${name} is no environment with datasets: take one of ${known}`,
  );
}
