import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { executionFrom } from '../../../environments/sql/driver-answer.ts';
import { pythonRows } from '../../../environments/sql/intercode-rows.ts';
import { describeUnless } from '../../requirements.ts';
import { noSqlite } from './sqlite.ts';

const DRIVER = join(import.meta.dirname, '../../../environments/sql/driver');

/** What a Python program over the driver's modules prints, as JSON. */
function python(program: string, input: unknown): unknown {
  const run = spawnSync(
    'python3',
    ['-B', '-c', `import json, sys\nasked = json.load(sys.stdin)\n${program}`],
    {
      input: JSON.stringify(input),
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: DRIVER },
      maxBuffer: 1 << 26,
    },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

describeUnless(noSqlite, 'statements of a text', () => {
  const split = (texts: string[]) =>
    python(
      'from sqlite_statements import statements\nprint(json.dumps([list(statements(t)) for t in asked]))',
      texts,
    );

  it('end where SQLite ends them', () => {
    const texts = [
      "SELECT ';--'; SELECT \"a;b\", `c;d`, [e;f] -- ; no\n; /* ; */ SELECT 'it''s;'",
      'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END; SELECT 3',
      '-- nothing;\n;; /* ; */ ;',
      "SELECT 'not closed; ",
      '/* not closed; ',
    ];
    expect(split(texts)).toEqual([
      ["SELECT ';--';", ' SELECT "a;b", `c;d`, [e;f] -- ; no\n;', " /* ; */ SELECT 'it''s;'"],
      ['CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;', ' SELECT 3'],
      [],
      ["SELECT 'not closed; "],
      [],
    ]);
  });

  it('end before a tail that MySQL would take for one more', () => {
    const cut = python(
      'from mysql_text import without_tail\nprint(json.dumps([without_tail(t) for t in asked]))',
      [
        'SELECT 1; -- foo',
        "SELECT '--a;';  # x",
        '-- x',
        'SELECT 1; /*!50000 SELECT 2*/',
        'SELECT 5--1',
        'SELECT 1 -- ;\n + 1; ',
      ],
    );
    expect(cut).toEqual([
      'SELECT 1',
      "SELECT '--a;'",
      '-- x',
      'SELECT 1; /*!50000 SELECT 2*/',
      'SELECT 5--1',
      'SELECT 1 -- ;\n + 1',
    ]);
  });
});

describeUnless(noSqlite, 'values of MySQL', () => {
  it('keep their types', () => {
    // Type codes of the protocol, and texts as the server sends them.
    const cells = [
      [3, '42'],
      [8, '18446744073709551615'],
      [246, '2.50'],
      [5, '1e300'],
      [4, '0.1'],
      [10, '2020-01-31'],
      [12, '2020-01-31 08:00:05.250000'],
      [10, '0000-00-00'],
      [12, '2020-00-00 00:00:00'],
      [11, '-838:59:59.5'],
      [13, '2024'],
      [253, "it's é"],
      [16, '\u0005'],
      [252, 'bytes', true],
      [253, null],
    ];
    const program = `
from types import SimpleNamespace
from mysql_values import converter
row = []
for kind, text, *binary in asked:
    column = SimpleNamespace(type=kind, binary=bool(binary))
    row.append(None if text is None else converter(column)(text.encode()))
print(json.dumps({"results": [{"columns": [], "rows": [row], "count": 1, "affected": 0}], "left_out": 0, "error": None, "timed_out": False, "restarted": False}))`;
    const { results } = executionFrom(python(program, cells), (text) => text);
    expect(pythonRows(results[0]?.rows ?? null)).toBe(
      "[(42, 18446744073709551615, Decimal('2.50'), 1e+300, 0.1, datetime.date(2020, 1, 31), " +
        "datetime.datetime(2020, 1, 31, 8, 0, 5, 250000), '0000-00-00', '2020-00-00 00:00:00', " +
        "datetime.timedelta(days=-35, seconds=3600, microseconds=500000), 2024, \"it's é\", 5, b'bytes', None)]",
    );
  });
});

const Document = z.looseObject({
  pristine: z.boolean(),
  /** What the first action gave. */
  first: z.unknown(),
  /** Rows of the answer. */
  kept: z.array(z.unknown()).nullable(),
});

describeUnless(noSqlite, 'the driver of SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepwell-driver-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** An episode of these actions: what the first and the last gave, the rows that are kept, what `finish` says. */
  function episode(...texts: string[]) {
    const program = `
import os, sqlite3
folder = ${JSON.stringify(folder)}
path = os.path.join(folder, "a.db")
if os.path.exists(path): os.remove(path)
connection = sqlite3.connect(path)
connection.executescript("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, NULL);")
connection.close()
from sqlite_driver import SqliteDriver
driver = SqliteDriver(folder)
driver.begin({"database": "a"})
caps = {"max_rows": 2, "max_bytes": 1000, "kept_rows": 100, "kept_bytes": 100000, "timeout_ms": 2000, "several": True}
documents = [driver.execute({**caps, "sql": text}) for text in asked]
driver.schema({})
rows = driver.answer({})["rows"] if driver._answer else None
print(json.dumps({**documents[-1], "first": documents[0], "kept": rows, **driver.finish({})}))`;
    const document = Document.parse(python(program, texts));
    return { ...document, told: executionFrom(document.first, (text) => text).results };
  }

  it('vouches for episodes that only read', () => {
    const reading = [
      'SELECT * FROM t',
      "SELECT * FROM pragma_table_info('t'), json_each('[1]')",
      'PRAGMA table_info(t)',
      'BEGIN; SELECT 1; ROLLBACK',
      'SELEC',
      'EXPLAIN QUERY PLAN SELECT * FROM t',
    ];
    for (const text of reading) expect([text, episode(text).pristine]).toEqual([text, true]);
  });

  it('reports no database as unchanged after a write or an attempt to write', () => {
    const writing = [
      'INSERT INTO t VALUES (3, NULL)',
      'BEGIN; DELETE FROM t; ROLLBACK',
      'CREATE TEMP TABLE mine (a)',
      'CREATE VIEW v AS SELECT 1',
      'UPDATE t SET a = a',
      'REINDEX; ANALYZE',
    ];
    for (const text of writing) expect([text, episode(text).pristine]).toEqual([text, false]);
  });

  it('returns the schema of large databases, also after a deadline has passed', () => {
    const program = `
import os, sqlite3
folder = ${JSON.stringify(folder)}
connection = sqlite3.connect(os.path.join(folder, "large.db"))
columns = ", ".join(f"c{at} INTEGER" for at in range(200))
connection.executescript("".join(f"CREATE TABLE t{at} ({columns});" for at in range(200)))
connection.close()
from sqlite_driver import SqliteDriver
driver = SqliteDriver(folder)
driver.begin({"database": "large"})
fresh = driver.schema({})
caps = {"max_rows": 2, "max_bytes": 1000, "kept_rows": 100, "kept_bytes": 100000, "timeout_ms": 0, "several": True}
late = driver.execute({**caps, "sql": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"})
told = [[len(table["columns"]) for table in seen["tables"]] for seen in (fresh, driver.schema({}))]
print(json.dumps({"late": late["timed_out"], "told": told}))`;
    const all = Array.from({ length: 200 }, () => 200);
    expect(python(program, null)).toEqual({ late: true, told: [all, all] });
  });

  it('returns the first rows of each result and keeps all rows of the last one', () => {
    const many = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) SELECT i FROM n';
    const seen = episode(`${many}; ${many}`, 'SELEC', 'CREATE TEMP TABLE mine (a)');
    expect(seen.told.map(({ rows, count }) => [rows.length, count])).toEqual([
      [2, 500],
      [2, 500],
    ]);
    expect(seen.kept).toHaveLength(100);
  });

  it('tells all of the last result that the bytes allow, whatever came before it', () => {
    const [first, second, last] = episode(
      "SELECT printf('%.*c', 900, 'x'); SELECT printf('%.*c', 900, 'x'); SELECT printf('%.*c', 900, 'x')",
    ).told;
    expect([first, second, last].map((result) => result?.rows.length)).toEqual([1, 0, 1]);
  });

  it('keeps no more than its cap in bytes, short values and long ones counted in full', () => {
    const width = Array.from({ length: 500 }, () => "''").join();
    const empty = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT ${width} FROM n`;
    expect(episode(empty).kept).toHaveLength(Math.floor(100_000 / (500 * 9)));
    expect(episode("SELECT printf('%.*c', 200000, char(1)) UNION ALL SELECT 1").kept).toEqual([]);
    // Of two bytes and of four in UTF-8.
    expect(episode("SELECT printf('%.*c', 60000, 'é')").kept).toEqual([]);
    expect(episode("SELECT printf('%.*c', 30000, 'é')").kept).toHaveLength(1);
  });

  it('limits the bytes of long names and of many names', () => {
    const name = 'n'.repeat(5000);
    const { told } = episode(`SELECT 1 AS "${name}"`);
    expect(told[0]?.columns?.[0]).toHaveLength(256);
    const wide = Array.from({ length: 2000 }, (_, at) => `1 AS "${at}${'n'.repeat(250)}"`).join();
    const { results, leftOut } = executionFrom({ ...episode(`SELECT ${wide};`.repeat(8)) }, (text) => text);
    expect([results.length, leftOut]).toEqual([3, 5]);
  });

  it('reports a bounded number of statements', () => {
    const { results, leftOut } = executionFrom({ ...episode('SELECT 1;'.repeat(80)) }, (text) => text);
    expect([results.length, leftOut]).toEqual([50, 30]);
  });
});
