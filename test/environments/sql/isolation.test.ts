import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StepwellClient } from '../../../clients/typescript/client.ts';
import type { EngineName } from '../../../docker/engines/table.ts';
import type { Observation } from '../../../protocol/episode.ts';
import { createConfig } from '../../../server/config/config.ts';
import { type RunningServer, startServer } from '../../../server/main.ts';
import { dockerMissing, localMissing } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import type { Attempt } from './attempt.ts';
import { type Account, ATTEMPTS, PROBES } from './attempts.ts';
import { noMariadb } from './mariadb.ts';

const MINUTES = 60_000;
const noLocal = await localMissing();
const noLocalMariadb = noMariadb ?? (await localMissing({ usesMariadb: true }));
const noDocker = await dockerMissing();
const PLACES = [
  { runtime: 'docker', account: 'mysql', missing: noDocker },
  { runtime: 'docker', account: 'intercode', missing: noDocker },
  { runtime: 'docker', account: 'sqlite', missing: noDocker },
  { runtime: 'local', account: 'mysql', missing: noLocalMariadb },
  { runtime: 'local', account: 'intercode', missing: noLocalMariadb },
  { runtime: 'local', account: 'sqlite', missing: noLocal },
] as const;

for (const { runtime, account, missing } of PLACES) {
  describeUnless(missing, `as ${account} on the ${runtime} engine`, () => itLeavesNothing(runtime, account));
}

function itLeavesNothing(runtime: EngineName, account: Account): void {
  const dialect = account === 'sqlite' ? 'sqlite' : 'mysql';
  const semantics = account === 'intercode' ? 'intercode' : 'native';
  const reset = { environment: 'sql-v1', task: 'library-irish-authors', dialect, semantics } as const;
  let home: string;
  let server: RunningServer;
  let client: StepwellClient;
  let before: unknown[];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-sql-'));
    // One sandbox for episodes: whoever comes next gets the one that was just given back.
    const config = createConfig({
      port: 0,
      runtime,
      pool: { [`sql-built-in-${dialect}`]: 1 },
      pool_max: 1,
      log_level: 'warn',
      queue_timeout_ms: 10 * MINUTES,
    });
    server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
    client = await StepwellClient.connect(server.url, { timeoutMs: 15 * MINUTES });
    before = (await play(PROBES[account])).map(comparable);
  }, 20 * MINUTES);

  afterAll(async () => {
    await client?.close();
    await server?.close();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  async function play(actions: readonly string[], timeoutMs = 30_000): Promise<Observation[]> {
    await using episode = await client.reset(reset);
    const seen: Observation[] = [];
    for (const code of actions) {
      const { observation, failure } = await episode.step({ code, timeout_ms: timeoutMs });
      expect(failure).toBeNull();
      seen.push(observation);
    }
    return seen;
  }

  it.each<Attempt>([...ATTEMPTS[account]])(
    '$name leaves nothing',
    async ({ actions, refused }) => {
      const last = (await play(actions, 2000)).at(-1);
      expect(errorCode(last)).toBe(refused);
      expect((await play(PROBES[account])).map(comparable)).toEqual(before);
    },
    MINUTES,
  );

  it('a session goes on after a statement that its deadline ended', async () => {
    const endless = ATTEMPTS[account].find(({ name }) => name === 'a statement left running');
    await using episode = await client.reset(reset);
    await episode.step({ code: 'CREATE TEMPORARY TABLE kept (a INT)' });
    await episode.step({ code: 'INSERT INTO kept VALUES (1)' });
    const cut = await episode.step({ code: endless?.actions[0] ?? '', timeout_ms: 500 });
    expect(cut.observation).toMatchObject({ timed_out: true, exit_code: 124 });
    expect(cut.observation.session_restarted).toBeUndefined();
    const after = await episode.step({ code: 'SELECT a FROM kept' });
    expect(after.observation).toMatchObject({ rows: [[1]], exit_code: 0 });
  });

  it.runIf(dialect === 'mysql')('a server that was only read is handed on, any other is not', async () => {
    const connections: unknown[] = [];
    const read = [
      'SELECT COUNT(*) OVER () FROM fine',
      ...['DESCRIBE fine', 'SHOW TABLES'],
      ...['BEGIN', 'SELECT 1', 'COMMIT'],
    ];
    for (const extra of [read, read, ['INSERT INTO author VALUES (99, NULL, 1, NULL)'], read]) {
      const seen = await play([...extra, 'SELECT CONNECTION_ID()']);
      connections.push(String(seen.at(-1)?.rows));
    }
    const [first, second, third, fourth] = connections.map(Number);
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect(third).toBeGreaterThan(second ?? Number.NaN);
    // A server of its own begins to count anew.
    expect(fourth).toBeLessThan(third ?? Number.NaN);
  });

  it.skipIf(account === 'intercode')('huge results are counted and cut', async () => {
    const many =
      dialect === 'mysql'
        ? 'SELECT seq FROM seq_1_to_150000'
        : 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 150000) SELECT i FROM n';
    const [seen] = await play([many]);
    expect(seen).toMatchObject({ row_count: 150_000, exit_code: 0 });
    expect(seen?.rows).toHaveLength(1000);
  });
}

function errorCode(observation: Observation | undefined): unknown {
  const error = observation?.error;
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

function comparable({ rows, columns, error, affected_rows }: Observation): unknown {
  return { rows, columns, error, affected_rows };
}
