import type { ImageDefinition, SandboxSource } from '../../docker/sandbox.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { PlayableDataset } from '../dataset-store.ts';
import type { Environment, EnvironmentEpisode, EpisodeDefaults, Task } from '../environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { TaskCatalog } from '../task-catalog.ts';
import { type Connection, DriverSession, KEPT_ROWS } from './driver-session.ts';
import { SqlEpisode } from './episode.ts';
import { goldSource } from './gold.ts';
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
  readonly datasets?: readonly (PlayableDataset<SqlTaskRecord> & { readonly dialect: Dialect })[];
  readonly goldCache: GoldCache;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
}

const DESCRIPTION = 'Questions to databases, answered in SQL and graded by the rows of the answer.';
const DEFAULT_MAX_ROWS = 1000;

/** `sql-v1`: tasks for a database. */
export class SqlEnvironment implements Environment {
  readonly id = 'sql-v1';
  readonly info: EnvironmentInfo;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly #parts: SqlEnvironmentParts;
  readonly #catalog: TaskCatalog<ServedDataset>;

  constructor(parts: SqlEnvironmentParts) {
    const builtIn = servedFromStatements(parts.builtIn);
    const others = (parts.datasets ?? []).map(servedFromFile);
    this.#parts = parts;
    this.#catalog = new TaskCatalog(this.id, [builtIn, ...others]);
    this.images = [builtIn, ...others].flatMap(({ images }) => Object.values(images));
    this.defaultImage = imageOf(builtIn, builtIn.dialect).name;
    this.readme = parts.readme;
    this.info = {
      id: this.id,
      description: DESCRIPTION,
      semantics: ['native', 'intercode'],
      datasets: this.#catalog.info,
    };
  }

  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#catalog.tasks(dataset, split);
  }

  choose(options: ResetOptions, seed: number): Task {
    const task = this.#catalog.choose(options, seed);
    // What is asked for wrongly is refused before a sandbox is taken.
    this.#play(task, options);
    return task;
  }

  async reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const { image, dialect, connection, gold, scorer, intercode, evidence, zeroDate } = this.#play(
      task,
      options,
    );
    const { sandboxes, defaults } = this.#parts;
    const sandbox = await sandboxes.acquire({
      image,
      purpose: 'episode',
      ...(signal === undefined ? {} : { signal }),
    });
    const driver = new DriverSession({ sandbox, dialect, connection, zeroDate });
    try {
      await driver.begin();
      const { instruction: plain } = task;
      const instruction =
        options.schema === true ? withSchema(plain, await driver.schema(), evidence) : plain;
      return new SqlEpisode({
        task,
        sandbox,
        driver,
        gold,
        scorer,
        instruction,
        format: options.output ?? (intercode ? 'python' : 'table'),
        maxRows: options.max_rows ?? (intercode ? KEPT_ROWS : DEFAULT_MAX_ROWS),
        maxOutputBytes: options.max_output_bytes ?? defaults.maxOutputBytes,
        timeoutMs: defaults.stepTimeoutMs,
        strict: intercode,
      });
    } catch (error) {
      await sandbox.release();
      throw error;
    }
  }

  /** What options make of a task. */
  #play(task: Task, options: ResetOptions) {
    const { dataset, record } = this.#catalog.record(task);
    const dialect = options.dialect ?? dataset.dialect;
    const intercode = options.semantics === 'intercode';
    const connection: Connection = {
      database: record.database,
      allDatabases: intercode,
      several: !intercode,
    };
    const zeroDate = intercode ? () => null : (text: string) => text;
    const sql = typeof record.gold === 'string' ? record.gold : record.gold[dialect];
    const { sandboxes, goldCache: cache } = this.#parts;
    const key = `${dataset.name}/${record.id}${intercode ? ' intercode' : ''}`;
    return {
      image: imageOf(dataset, dialect).name,
      dialect,
      connection,
      intercode,
      zeroDate,
      evidence: record.evidence,
      gold: goldSource({ sandboxes, cache, key, sql, connection, dialect, zeroDate }),
      scorer: scorerOf(options, { sql, dialect }),
    };
  }
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
