import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../environments/sql/definition.ts';
import { executionMatch } from '../../environments/sql/execution-match.ts';
import { intercodeReward } from '../../environments/sql/intercode-reward.ts';
import type { SqlRow } from '../../environments/sql/sql-value.ts';
import type { Dialect, SqlTaskRecord } from '../../environments/sql/task.ts';
import { hasTopLevelOrder } from '../../environments/sql/top-level-order.ts';
import { describeUnless, itUnless } from '../requirements.ts';
import { noMariadb, PrivateMariadb } from './sql/mariadb.ts';
import type { Outcome } from './sql/outcome.ts';
import { noSqlite, runInSqlite } from './sql/sqlite.ts';

const { databases = [] } = sql.builtIn;

interface Played {
  readonly gold: Outcome;
  readonly wrong: readonly Outcome[];
}

function inDialect(text: SqlTaskRecord['gold'], dialect: Dialect): string {
  return typeof text === 'string' ? text : text[dialect];
}

/** Every task's gold and wrong queries in one batch; outcomes by task id. */
function play(
  dialect: Dialect,
  run: (queries: { database: string; sql: string }[]) => Outcome[],
): Map<string, Played> {
  const texts = sql.builtIn.tasks.map((task) => [task.gold, ...(task.wrong ?? [])]);
  const outcomes = run(
    sql.builtIn.tasks.flatMap(({ database }, at) =>
      (texts[at] ?? []).map((text) => ({ database, sql: inDialect(text, dialect) })),
    ),
  );
  return new Map(
    sql.builtIn.tasks.map(({ id }, at) => {
      const [gold = { error: 'not run' }, ...wrong] = outcomes.splice(0, (texts[at] ?? []).length);
      return [id, { gold, wrong }];
    }),
  );
}

function rowsOf(outcome: Outcome | undefined): readonly SqlRow[] {
  if (outcome === undefined || 'error' in outcome) throw new Error(outcome?.error ?? 'not run');
  return outcome.rows;
}

function itPlays(dialect: Dialect, played: () => Map<string, Played>): void {
  test.each(sql.builtIn.tasks)('$id', ({ id, gold: query }) => {
    const { gold, wrong } = played().get(id) ?? { gold: { error: 'not run' }, wrong: [] };
    const rows = rowsOf(gold);
    const ordered = hasTopLevelOrder(inDialect(query, dialect), dialect);
    expect(rows.length).toBeGreaterThan(0);
    expect(executionMatch(rows, rows, { ordered })).toBe(true);
    expect(intercodeReward(rows, rows).reward).toBe(1);
    for (const outcome of wrong) {
      expect(executionMatch(rowsOf(outcome), rows, { ordered })).toBe(false);
      expect(intercodeReward(rowsOf(outcome), rows).reward).toBeLessThan(1);
    }
  });
}

describeUnless(noSqlite, 'gold and wrong queries in SQLite', () => {
  let played = new Map<string, Played>();
  beforeAll(() => {
    played = play('sqlite', (queries) => runInSqlite(databases, queries));
  });
  itPlays('sqlite', () => played);
});

describeUnless(noMariadb, 'gold and wrong queries in MariaDB', () => {
  let server: PrivateMariadb | undefined;
  let played = new Map<string, Played>();
  beforeAll(async () => {
    const started = await PrivateMariadb.start();
    server = started;
    started.load(databases);
    played = play('mysql', (queries) => started.run(queries));
  });
  afterAll(async () => {
    await server?.close();
  });
  itPlays('mysql', () => played);

  itUnless(noSqlite, 'give what SQLite gives', () => {
    const queries = sql.builtIn.tasks.map(({ database, gold }) => ({
      database,
      sql: inDialect(gold, 'sqlite'),
    }));
    const fromText = (value: SqlRow[number]) =>
      typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
        ? { type: 'decimal' as const, text: value }
        : value;
    const differing = runInSqlite(databases, queries).flatMap((outcome, at) => {
      const id = sql.builtIn.tasks[at]?.id ?? '';
      const ordered = hasTopLevelOrder(queries[at]?.sql ?? '', 'sqlite');
      const rows = rowsOf(outcome).map((row) => row.map(fromText));
      return executionMatch(rows, rowsOf(played.get(id)?.gold), { ordered }) ? [] : [id];
    });
    expect(differing).toEqual([]);
  });
});
