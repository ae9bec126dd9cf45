import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { signalled } from '../signals.ts';
import { descendants } from './processes.ts';

const GOLD = "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born";
/** Keeps the driver busy for some seconds. */
const SLOW =
  'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9000000) SELECT count(*) FROM n';

/** Ticks of the processor that a process has used by itself. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
  } catch {
    return 0;
  }
}

/** The process below this one that is at work for longer than any preparation: the driver with its slow statement. */
async function busiest(): Promise<number> {
  let [last, times] = [0, 0];
  for (let tries = 0; tries < 100; tries += 1) {
    const before = descendants([process.pid]).map(({ pid }) => ({ pid, ticks: ticksOf(pid) }));
    await delay(200);
    const used = before.map(({ pid, ticks }) => ({ pid, used: ticksOf(pid) - ticks }));
    const [most] = used.filter((one) => one.used > 2).sort((a, b) => b.used - a.used);
    times = most?.pid === last ? times + 1 : 1;
    last = most?.pid ?? 0;
    if (last > 0 && times >= 3) return last;
  }
  throw new Error('no driver is at work');
}

describeUnless(await localMissing(), 'a SQL grade whose driver is disturbed, on the local engine', () => {
  let home: string;
  let server: RunningServer;
  let client: StepwellClient;

  beforeAll(async () => {
    home = await temporaryHome();
    const settings = { port: 0, runtime: 'local', pool: {}, pool_max: 8, log_level: 'silent' } as const;
    const config = createConfig(settings);
    server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
    client = await StepwellClient.connect(server.url, { timeoutMs: 120_000 });
  });
  afterAll(async () => {
    await client?.close();
    await server?.close();
    await rm(home, { recursive: true, force: true });
  });

  const FAULTS = {
    killed: async (pid: number) => {
      signalled(pid, 'SIGKILL');
    },
    'stopped past every deadline': async (pid: number) => {
      signalled(pid, 'SIGSTOP');
      await delay(13_000);
      signalled(pid, 'SIGCONT');
    },
  } as const;
  it.each(['killed', 'stopped past every deadline'] as const)(
    'has its answer graded when it is %s',
    async (how) => {
      for (const [answer, reward] of [
        [GOLD, 1],
        ['SELECT 1', 0],
      ] as const) {
        const task = { environment: 'sql-v1', task: 'library-irish-authors', dialect: 'sqlite' } as const;
        await using episode = await client.reset(task);
        await episode.step({ code: "UPDATE author SET born = born + 0 WHERE country = 'Ireland'" });
        const submitted = episode.submit(`${SLOW}; ${answer}`);
        const [end] = await Promise.all([submitted, busiest().then(FAULTS[how])]);
        expect(end).toMatchObject({ failure: null, reward });
      }
    },
    120_000,
  );

  // Nobody disturbs these: they wait for their deadlines side by side.
  it.concurrent.each([
    ['never ends', 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n'],
    [
      'takes all memory',
      'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300) SELECT randomblob(16000000) FROM n',
    ],
    ['is nested too deeply', `SELECT ${'('.repeat(20_000)}1`],
  ])(
    'has a number where the answer itself %s',
    async (_, answer) => {
      const submitted = async (before: readonly string[], reward: number) => {
        const task = { environment: 'sql-v1', task: 'library-irish-authors', dialect: 'sqlite' } as const;
        await using episode = await client.reset(task);
        for (const code of before) await episode.step({ code });
        expect(await episode.submit(answer)).toMatchObject({ failure: null, reward });
      };
      await Promise.all([submitted([], 0), submitted([GOLD], 1)]);
    },
    120_000,
  );
});
