import type { ImageDefinition, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { StoredSqlDataset } from '../dataset-store.ts';
import type { EpisodeDefaults } from '../environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { type Plan, PlayedEnvironment, type Start } from '../played-environment.ts';
import { type Connection, DriverSession, KEPT_ROWS } from './driver-session.ts';
import { SqlEpisode } from './episode.ts';
import { goldSource, ungradableGold } from './gold.ts';
import { type ServedDataset, servedFromFile, servedFromStatements } from './images.ts';
import { withSchema } from './schema-text.ts';
import { scorerOf } from './scoring.ts';
import type { Dialect, SqlDataset, SqlTaskRecord } from './task.ts';

export interface SqlEnvironmentParts {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** What a reset without a dataset means. */
  readonly builtIn: SqlDataset;
  /** @default none */
  readonly datasets?: readonly StoredSqlDataset[];
  readonly goldCache: GoldCache;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
}

const DESCRIPTION = 'Questions to databases, answered in SQL and graded by the rows of the answer.';
const DEFAULT_MAX_ROWS = 1000;

/** `sql-v1`: tasks for a database. */
export class SqlEnvironment extends PlayedEnvironment<ServedDataset> {
  readonly #parts: SqlEnvironmentParts;

  constructor(parts: SqlEnvironmentParts) {
    const builtIn = servedFromStatements(parts.builtIn);
    const datasets = [builtIn, ...(parts.datasets ?? []).map(servedFromFile)] as const;
    super(parts.sandboxes, {
      id: 'sql-v1',
      description: DESCRIPTION,
      readme: parts.readme,
      datasets: [...datasets],
      images: datasets.flatMap(({ images }) => Object.values(images)),
      defaultImage: imageOf(builtIn, builtIn.dialect).name,
    });
    this.#parts = parts;
  }

  protected plan({ task, dataset, record, options }: Start<ServedDataset>): Plan {
    const dialect = options.dialect ?? dataset.dialect;
    const intercode = options.semantics === 'intercode';
    const connection: Connection = {
      database: record.database,
      allDatabases: intercode,
      several: !intercode,
    };
    const zeroDate = intercode ? () => null : (text: string) => text;
    const sql = goldOf(record, dialect, intercode);
    const { sandboxes, defaults, goldCache: cache } = this.#parts;
    const key = `${dataset.name}/${record.id}${intercode ? ' intercode' : ''}`;
    const gold = goldSource({ sandboxes, cache, key, sql, connection, dialect, zeroDate });
    const scorer = scorerOf(options, { sql, dialect });
    const driverIn = (sandbox: Sandbox) => new DriverSession({ sandbox, dialect, connection, zeroDate });
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
        scorer,
        instruction: options.schema === true ? withSchema(record, await driver.schema()) : instruction,
        format: options.output ?? (intercode ? 'python' : 'table'),
        maxRows: options.max_rows ?? (intercode ? KEPT_ROWS : DEFAULT_MAX_ROWS),
        maxOutputBytes: options.max_output_bytes ?? defaults.maxOutputBytes,
        timeoutMs: defaults.stepTimeoutMs,
        strict: intercode,
      });
    };
    const image = imageOf(dataset, dialect).name;
    // What is found of a task holds for the dataset's own dialect.
    if (dialect !== dataset.dialect) return { image, begin };
    return { image, begin, try: async (ref) => ungradableGold(record.id, await gold(ref)) };
  }
}

/** InterCode's formula is computed from the query as it was published, also where that is no SQL. */
function goldOf(
  { gold, published_gold: published }: SqlTaskRecord,
  dialect: Dialect,
  intercode: boolean,
): string {
  if (intercode && published !== undefined) return published;
  return typeof gold === 'string' ? gold : gold[dialect];
}

/** @throws {ProtocolError} `invalid_params` for a dialect that the dataset does not have */
function imageOf({ name, images }: ServedDataset, dialect: Dialect): ImageDefinition {
  const image = images[dialect];
  if (image !== undefined) return image;
  const has = Object.keys(images).join(', ');
  const message = `dataset ${name} has ${has}, not ${dialect}`;
  throw new ProtocolError('invalid_params', `dialect: ${message}`, {
    issues: [{ field: 'dialect', code: 'invalid', message }],
  });
}
