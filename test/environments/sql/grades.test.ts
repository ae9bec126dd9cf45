import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StepwellClient } from '../../../clients/typescript/client.ts';
import { sql } from '../../../environments/sql/definition.ts';
import { SqlDriver } from '../../../environments/sql/sql-driver.ts';
import { createConfig } from '../../../server/config/config.ts';
import { type RunningServer, startServer } from '../../../server/main.ts';
import { temporaryHome } from '../../clients/real-server.ts';
import { dockerMissing, engineCases, localMissing } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { openSqlPool } from './sql-pool.ts';

const MINUTES = 60_000;
const GOLD = "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born";
/** As much of a text as a title shows. */
const titled = (sql: string) => ({ title: sql.slice(0, 80), sql });

/** What an agent may do to the database, the driver and their server before it is graded. */
const DEEDS: Readonly<Record<'sqlite' | 'mysql', readonly string[]>> = {
  sqlite: [
    'SELECT 1; SELECT 2; bad',
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n',
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300) SELECT randomblob(16000000) FROM n',
    'CREATE TABLE full(x); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 400) INSERT INTO full SELECT randomblob(1000000) FROM n',
    'DROP TABLE author',
    `SELECT ${'('.repeat(20_000)}1`,
    `CREATE TRIGGER t AFTER INSERT ON author BEGIN ${';'.repeat(200_000)}`,
    "SELECT char(55296), CAST(x'ff00fe' AS TEXT), 9e999, -9223372036854775808, x'00'",
  ],
  mysql: [
    'KILL CONNECTION_ID()',
    'SELECT SLEEP(100)',
    'SELECT BENCHMARK(10000000000, MD5(1))',
    "CREATE TABLE f (x LONGTEXT); INSERT INTO f VALUES (REPEAT('x', 15000000)); INSERT INTO f SELECT x FROM f; INSERT INTO f SELECT x FROM f; INSERT INTO f SELECT x FROM f; INSERT INTO f SELECT x FROM f",
    'DROP DATABASE library',
    "SELECT TIME('-838:59:59.9'), CAST('0000-00-00' AS DATE), BINARY '\\0', 1e308 * 10, b'101', POINT(1, 2), JSON_OBJECT('a', 1)",
    'SET SESSION wait_timeout = 1; SELECT SLEEP(2)',
    'SELECT a.x FROM (SELECT 1 AS x UNION SELECT 2) a, author b, author c, author d, author e, author f2, author g',
  ],
};

for (const [runtime, missing] of [
  ['docker', await dockerMissing()],
  ['local', await localMissing({ usesMariadb: true })],
] as const) {
  describeUnless(missing, `a SQL grade, whatever the agent did, on the ${runtime} engine`, () => {
    let home: string;
    let server: RunningServer;
    let client: StepwellClient;

    beforeAll(async () => {
      home = await temporaryHome();
      const settings = { port: 0, runtime, pool: {}, pool_max: 2, queue_timeout_ms: 10 * MINUTES } as const;
      const config = createConfig({ ...settings, log_level: 'silent' });
      server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
      client = await StepwellClient.connect(server.url, { timeoutMs: 15 * MINUTES });
    }, 15 * MINUTES);
    afterAll(async () => {
      await client?.close();
      await server?.close();
      await rm(home, { recursive: true, force: true });
    });

    // The local engine's own MariaDB may not be there.
    const dialects = runtime === 'docker' ? (['sqlite', 'mysql'] as const) : (['sqlite'] as const);
    describe.each(dialects)('in %s', (dialect) => {
      it.each(DEEDS[dialect].map(titled))(
        'is a number: $title',
        async ({ sql }) => {
          await using episode = await client.reset({
            environment: 'sql-v1',
            task: 'library-irish-authors',
            dialect,
            include_ungradable: true,
          });
          const done = await episode.step({ code: sql, timeout_ms: 3000 });
          expect(done.failure).toBeNull();
          const between = await episode.evaluate();
          expect(between).toMatchObject({ failure: null, reward: 0, info: { success: false } });
          const end = await episode.submit(GOLD);
          expect(end).toMatchObject({ failure: null, reward: expect.any(Number), terminated: true });
        },
        2 * MINUTES,
      );
    });
  });
}

for (const under of await engineCases()) {
  if (under.name === 'local') continue;
  describeUnless(
    under.missing,
    `a database that the image does not have, on the ${under.name} engine`,
    () => {
      it.each([
        ['sqlite', false],
        ['mysql', false],
        ['mysql', true],
      ] as const)(
        'is told by %s, with all databases: %s',
        async (dialect, allDatabases) => {
          const image = sql.builtIn.images[dialect];
          if (image === undefined) throw new Error('there is no such image');
          const { pool, close } = await openSqlPool(image);
          try {
            const sandbox = await pool.acquire({
              image: image.name,
              purpose: 'episode',
              queueTimeoutMs: 5 * MINUTES,
            });
            const access = { database: 'nowhere', allDatabases, several: true };
            const driver = new SqlDriver({ sandbox, dialect, access, zeroDate: (text) => text });
            await expect(driver.begin()).rejects.toMatchObject({
              name: 'UnplayableError',
              message: 'Its image does not have the database nowhere.',
            });
            await driver.release();
          } finally {
            await close();
          }
        },
        5 * MINUTES,
      );
    },
  );
}
