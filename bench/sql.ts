import type { Episode } from '../clients/typescript/episode.ts';
import { sql } from '../environments/sql/definition.ts';
import type { Dialect } from '../environments/sql/task.ts';
import type { Percentiles } from './figures.ts';
import {
  burstResetTimes,
  type Graded,
  gradedRate,
  ms,
  type Row,
  resetTimes,
  soundnessRows,
  stepTimes,
  unsound,
} from './lanes.ts';
import type { BenchOptions, Report } from './report.ts';
import { startWarmServer } from './warm-server.ts';

interface DialectFigures {
  /** Round trip of a `SELECT`, one after the other in one episode. */
  readonly select_ms: Percentiles;
  /** Round trip of `episode/reset` with a warm sandbox free. */
  readonly reset_ms: Percentiles;
  /** The same after episodes that wrote to the database. */
  readonly reset_after_write_ms: Percentiles;
  /** The same without a pause, in bursts of fewer episodes than there are sandboxes, so that none waits for a renewed one. */
  readonly reset_in_burst_ms: Percentiles;
  /** Episodes of a reset, the gold query and a graded submit; as many at a time as there are sandboxes. */
  readonly graded: Graded;
}
export type SqlFigures = Readonly<Record<Dialect, DialectFigures>>;

const LANES = 8;
const SELECT = 'SELECT title FROM book WHERE book_id = 1';
/** Time in which a sandbox is renewed with its database server, in milliseconds. */
const RENEWAL_MS = 250;
const BURSTS = 15;

/** Measure `sql-v1` in both dialects. */
export async function measureSql(options: BenchOptions): Promise<Report<SqlFigures>> {
  const sqlite = await measureDialect('sqlite', options);
  const mysql = await measureDialect('mysql', options);
  return {
    server: `${sqlite.server}\n${mysql.server}`,
    figures: { sqlite: sqlite.figures, mysql: mysql.figures },
    rows: [...sqlite.rows, ...mysql.rows],
    failures: sqlite.failures + mysql.failures,
  };
}

async function measureDialect(dialect: Dialect, options: BenchOptions): Promise<Report<DialectFigures>> {
  const { runtime, lanes = LANES, sustained } = options;
  const flags = [`--runtime=${runtime}`, `--pool=sql-built-in-${dialect}=${lanes}`, `--pool-max=${lanes}`];
  await using server = await startWarmServer(flags, lanes);
  const { client, ready } = server;
  const resetOf = (seed: number) => ({ environment: 'sql-v1', dialect, seed });
  const first = { environment: 'sql-v1', dialect, task: 0 };
  const playOf = (seed: number) => {
    const index = seed % sql.builtIn.tasks.length;
    const gold = sql.builtIn.tasks[index]?.gold ?? '';
    return {
      reset: { environment: 'sql-v1', dialect, task: index },
      code: typeof gold === 'string' ? gold : gold[dialect],
      expected: 1,
    };
  };
  const write = (episode: Episode) => episode.step('DELETE FROM book');
  const figures: DialectFigures = {
    select_ms: await stepTimes(client, first, SELECT),
    reset_ms: await resetTimes(client, resetOf),
    reset_after_write_ms: await resetTimes(client, () => first, {
      pauseMs: RENEWAL_MS,
      count: 60,
      inEpisode: write,
    }),
    reset_in_burst_ms: await burstResetTimes(client, () => first, {
      size: Math.max(1, lanes - 1),
      bursts: BURSTS,
      ready: () => server.warm(),
      inEpisode: write,
    }),
    graded: await gradedRate(client, playOf, { lanes, seconds: sustained }),
  };
  return {
    server: ready,
    figures,
    rows: rowsOf(dialect, figures, lanes),
    failures: unsound(figures.graded),
  };
}

function rowsOf(dialect: Dialect, figures: DialectFigures, lanes: number): Row[] {
  const { graded } = figures;
  return [
    [`${dialect}: SELECT, one episode`, 'ms', ms(figures.select_ms)],
    [`${dialect}: reset, warm`, 'ms', ms(figures.reset_ms)],
    [`${dialect}: reset after an episode that wrote`, 'ms', ms(figures.reset_after_write_ms)],
    [
      `${dialect}: reset in a burst of ${Math.max(1, lanes - 1)} that write`,
      'ms',
      ms(figures.reset_in_burst_ms),
    ],
    [
      `${dialect}: graded read-only episodes, ${lanes} sandboxes, ${graded.seconds} s`,
      '1/s',
      graded.episodes_per_s.toFixed(1),
    ],
    ...soundnessRows([graded], `${dialect}: `),
  ];
}
