import { basename } from 'node:path';
import type { ImageDefinition } from '../../docker/image-definition.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { defineEnvironment } from '../define-environment.ts';
import { compositeWeights, rewardOfGoldAlone } from './composite-reward.ts';
import { databaseIn, SCHEMA_FILE } from './database-folder.ts';
import { homelessTask, LIST_IMAGE } from './databases.ts';
import type { Schema } from './driver-answer.ts';
import { SqlEpisode } from './episode.ts';
import { goldSource, ungradableGold } from './gold.ts';
import { graderOf } from './grading.ts';
import { type ServedDataset, type SqlDatasetFile, servedFromFile } from './images.ts';
import { SQL_OBSERVATION, SQL_OPTIONS } from './options.ts';
import { type DatabaseAccess, KEPT_ROWS, SqlDriver } from './sql-driver.ts';
import { Dialect, SqlTaskRecord } from './task.ts';

const DEFAULT_MAX_ROWS = 1000;

/** `sql-v1`: tasks for a database. */
export const sql = defineEnvironment({
  id: 'sql-v1',
  description: 'Questions about databases, answered in SQL and graded by the rows of the answer.',
  readme: new URL('./README.md', import.meta.url),
  semantics: ['native', 'intercode'],
  options: SQL_OPTIONS,
  observation: SQL_OBSERVATION,
  record: SqlTaskRecord,
  image: LIST_IMAGE,
  datasetFields: { dialect: Dialect.optional().describe('Database system of the image. Default: `sqlite`.') },
  layout: { texts: { gold: 'solution/solution.sql' }, folders: { wrong: 'wrong' } },
  shared: (folder, names) => (names.includes(SCHEMA_FILE) ? { database: basename(folder) } : {}),
  fieldsOf: (folders) => {
    const databases = folders.flatMap((folder) => databaseIn(folder) ?? []);
    return databases.length > 0 ? { databases } : {};
  },
  tasks: new URL('./tasks/', import.meta.url),
  served: (dataset: SqlDatasetFile) => servedFromFile(dataset),
  imagesOf: ({ images }) => Object.values(images),
  flawOf: (dataset: SqlDatasetFile) => homelessTask(dataset),
  prompt: { first: 'sql>', more: '...', until: 'line' },
  goldOf: (record, { dialect }) => goldOf(record, dialect === 'mysql' ? 'mysql' : 'sqlite', false),

  goldReward: (record, { dialect: wanted }, { scoring, weights }) => {
    if (scoring !== 'composite') return 1;
    const dialect = wanted === 'mysql' ? 'mysql' : 'sqlite';
    return rewardOfGoldAlone({ sql: goldOf(record, dialect, false), dialect }, compositeWeights(weights));
  },

  open: ({ sandboxes, defaults, goldCache: cache }) => ({
    plan({ task, dataset, record, options }) {
      const dialect = options.dialect ?? dataset.dialect;
      const intercode = options.semantics === 'intercode';
      const access: DatabaseAccess = {
        database: record.database,
        allDatabases: intercode,
        several: !intercode,
      };
      const zeroDate = intercode ? () => null : (text: string) => text;
      const sql = goldOf(record, dialect, intercode);
      const key = `${dataset.name}/${record.id}${intercode ? ' intercode' : ''}`;
      const gold = goldSource({ sandboxes, cache, key, sql, access, dialect, zeroDate });
      const grader = graderOf(options, { sql, dialect });
      const driverIn = (sandbox: Sandbox) => new SqlDriver({ sandbox, dialect, access, zeroDate });
      const begin = async (sandbox: Sandbox) => {
        const driver = driverIn(sandbox);
        await driver.begin();
        const { instruction } = task;
        return new SqlEpisode({
          task,
          sandbox,
          driver,
          freshDriver: async () =>
            driverIn(await sandboxes.acquire({ image: sandbox.image.name, purpose: 'grading' })),
          gold,
          grader,
          query: { sql, dialect },
          weights: options.scoring === 'composite' ? compositeWeights(options.weights) : null,
          instruction: options.schema === true ? withSchema(record, await driver.schema()) : instruction,
          format: options.output ?? (intercode ? 'python' : 'table'),
          maxRows: options.max_rows ?? (intercode ? KEPT_ROWS : DEFAULT_MAX_ROWS),
          maxOutputBytes: options.max_output_bytes ?? defaults.maxOutputBytes,
          timeoutMs: defaults.stepTimeoutMs,
          strict: intercode,
        });
      };
      const image = imageOf(dataset, dialect).name;
      // The result of a try is valid only for the dataset's own dialect.
      if (dialect !== dataset.dialect) return { image, begin };
      return { image, begin, try: async (ref) => ungradableGold(record.id, await gold(ref)) };
    },
  }),
});

/** InterCode's formula uses the published query, even if it is not valid SQL. */
function goldOf(
  { gold, published_gold: published }: SqlTaskRecord,
  dialect: Dialect,
  intercode: boolean,
): string {
  if (intercode && published !== undefined) return published;
  return typeof gold === 'string' ? gold : gold[dialect];
}

/** @throws {ProtocolError} `invalid_params` if the dataset does not have the dialect */
function imageOf({ name, images }: ServedDataset, dialect: Dialect): ImageDefinition {
  const image = images[dialect];
  if (image !== undefined) return image;
  const has = Object.keys(images).join(', ');
  const message = `dataset ${name} has ${has}, not ${dialect}`;
  throw new ProtocolError('invalid_params', `dialect: ${message}`, {
    issues: [{ field: 'dialect', code: 'invalid', message }],
  });
}

/** A task's instruction with its tables and their columns, a table a line, and what else must be known. */
function withSchema({ instruction, tables, evidence }: SqlTaskRecord, schema: Schema): string {
  const told = schema.filter(({ name }) => tables === undefined || tables.includes(name));
  const lines = told.map(({ name, columns }) => {
    const described = columns.map(([column, type]) => (type === '' ? column : `${column} ${type}`));
    return `${name} (${described.join(', ')})`;
  });
  const known = evidence === undefined ? [] : ['', `Evidence: ${evidence}`];
  return [instruction, '', 'Tables:', ...lines, ...known].join('\n');
}
