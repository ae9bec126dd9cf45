import { afterAll, beforeAll, expect, test } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode } from '../../clients/typescript/episode.ts';
import { localMissing } from '../engines.ts';
import { allProcesses } from '../faults/processes.ts';
import { Home, Served } from '../faults/served.ts';
import { describeUnless } from '../requirements.ts';

const missing = await localMissing();
const BASH = { environment: 'bash-v1', task: 0 } as const;
const home = new Home();

/** The worker processes of a server. It may also have a compiler for its sources, when they are new. */
function workersOf(pid: number): number[] {
  return allProcesses()
    .filter(({ parent, words }) => parent === pid && words.includes('serve'))
    .map((process) => process.pid);
}

function workerOf({ resumeToken }: Pick<Episode, 'resumeToken'>): string | undefined {
  return /~(\d+)\./.exec(resumeToken)?.[1];
}

function serve(...flags: string[]): Promise<Served> {
  return Served.start({
    runtime: 'local',
    home,
    flags: ['--grace-ms=60000', '--pool-max=16', '--queue-timeout-ms=60000', ...flags],
  });
}

describeUnless(missing, 'a server of two worker processes', () => {
  let served: Served;

  beforeAll(async () => {
    served = await serve('--workers=2', '--drain-timeout-ms=2000', '--log-level=error');
  }, 180_000);

  afterAll(async () => {
    const workers = workersOf(served.pid);
    expect(await served.stop()).toBe(0);
    expect(allProcesses().filter(({ pid }) => workers.includes(pid))).toEqual([]);
    home.remove();
  }, 120_000);

  test('has one address, and reaches the episodes of any worker from any socket', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => StepwellClient.connect(served.url)));
    const [first] = clients;
    if (first === undefined) throw new Error('there is a first one');
    const episodes = await Promise.all(clients.map((client) => client.reset(BASH)));
    expect(new Set(episodes.map(workerOf))).toEqual(new Set(['0', '1']));
    for (const [index, episode] of episodes.entries()) await episode.step(`echo ${index} > /tmp/mine`);
    const resumed = await Promise.all(episodes.map(({ resumeToken }) => first.resume(resumeToken)));
    const outputs: string[] = [];
    for await (const one of first.stepMany(
      resumed.map((episode) => ({ episode, action: 'cat /tmp/mine' })),
    )) {
      if ('error' in one) throw one.error;
      outputs[one.index] = one.result.observation.output.trim();
    }
    expect(outputs).toEqual(['0', '1', '2', '3']);
    // The sockets that had them are told, also by another worker.
    for (const episode of episodes.slice(1)) {
      await expect
        .poll(() => episode.step('true').catch(({ details }) => details))
        .toMatchObject({ moved: true });
    }
    for (const episode of resumed) {
      const [fork] = await episode.fork();
      if (fork === undefined || 'error' in fork) throw fork?.error;
      expect((await fork.episode.step('cat /tmp/mine')).step).toBe(3);
    }
    await Promise.all(clients.map((client) => client.close()));
    await expect.poll(() => openEpisodes(served)).toBe(0);
  });

  test('answers as one server', async () => {
    const clients = await Promise.all([1, 2].map(() => StepwellClient.connect(served.url)));
    const episodes = await Promise.all(clients.map((client) => client.reset(BASH)));
    for (const client of clients) {
      const state = await client.call('server/state', {});
      expect(state).toMatchObject({
        status: 'ready',
        episodes: { open: 2, max: 1024 },
        sandboxes: { max: 16 },
      });
      expect(episodes.map(({ resumeToken }) => resumeToken.split('~')[0])).toEqual([state.node, state.node]);
    }
    expect(await openEpisodes(served)).toBe(2);
    expect((await fetch(`${served.url}/readyz`)).status).toBe(200);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('loads no datasets again, as the other worker would keep its own', async () => {
    await using client = await StepwellClient.connect(served.url);
    await expect(client.reload()).rejects.toThrow(/several workers .*SIGHUP/);
  });

  test("keeps the sessions of clients without a socket together: OpenEnv's routes", async () => {
    const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${served.url}/openenv/bash-v1${path}`, {
        method: 'POST',
        // Each request has a connection of its own, so the workers take turns.
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as Record<string, unknown>;
    };
    await post('/reset', { task: 0 });
    for (const count of [1, 2, 3, 4]) {
      const { observation } = await post('/step', { action: { code: 'echo x >> /tmp/n; wc -l < /tmp/n' } });
      expect(observation).toMatchObject({ output: `${count}\n` });
    }
    const state = await fetch(`${served.url}/openenv/bash-v1/state`);
    expect(await state.json()).toMatchObject({ step_count: 4 });
    await post('/step', { action: { submit: true } });
  });

  test('starts a dead worker again, and plays its episodes on', async () => {
    const before = workersOf(served.pid);
    const clients = await Promise.all([1, 2].map(() => StepwellClient.connect(served.url)));
    const episodes = await Promise.all(clients.map((client) => client.reset(BASH)));
    for (const episode of episodes) await episode.step('echo x >> /tmp/n');
    process.kill(Number(before[0]), 'SIGKILL');
    for (const episode of episodes) {
      const { observation } = await episode.step('echo x >> /tmp/n; wc -l < /tmp/n');
      expect(observation.output).toBe('2\n');
    }
    await expect.poll(() => workersOf(served.pid), { timeout: 60_000 }).toHaveLength(2);
    expect(workersOf(served.pid)).not.toContain(before[0]);
    await Promise.all(clients.map((client) => client.close()));
  }, 120_000);

  test('restarts its workers without a refused reset', async () => {
    const before = workersOf(served.pid);
    const clients = await Promise.all([1, 2].map(() => StepwellClient.connect(served.url)));
    let running = true;
    let played = 0;
    const play = async (client: StepwellClient): Promise<void> => {
      while (running) {
        await using episode = await client.reset(BASH);
        const { observation } = await episode.step('echo $((6 * 7))');
        expect(observation.output).toBe('42\n');
        played += 1;
      }
    };
    const plays = Promise.all(clients.map(play));
    served.signal('SIGHUP');
    await Promise.race([
      plays,
      expect
        .poll(() => workersOf(served.pid).filter((pid) => before.includes(pid)), { timeout: 100_000 })
        .toEqual([]),
    ]);
    running = false;
    await plays;
    expect(played).toBeGreaterThan(0);
    await expect.poll(() => workersOf(served.pid)).toHaveLength(2);
    await Promise.all(clients.map((client) => client.close()));
  }, 120_000);
});

test('workers that cannot start end the server, with their reason', async () => {
  const flags = ['--workers=2', '--dataset=none=/does/not/exist.jsonl'];
  const own = new Home();
  const start = Served.start({ runtime: 'local', home: own, flags });
  await expect(start).rejects.toThrow(/ended with [1-9][\s\S]*exist\.jsonl/);
  own.remove();
}, 120_000);

describeUnless(missing, 'a server of one worker', () => {
  test('is one process', async () => {
    const own = new Home();
    const served = await Served.start({
      runtime: 'local',
      home: own,
      flags: ['--workers=1', '--pool=bash-v1=0'],
    });
    try {
      expect(workersOf(served.pid)).toEqual([]);
    } finally {
      await served.stop();
      own.remove();
    }
  });
});

async function openEpisodes({ url }: Served): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^stepwell_episodes_open (\d+)/m.exec(text)?.[1]);
}
