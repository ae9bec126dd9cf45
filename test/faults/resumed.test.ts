import { createServer } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { EpisodeLostError } from '../../clients/typescript/call-errors.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { failure } from '../clients/failure.ts';
import { engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { trajectoryOf } from './leaks.ts';
import { asleepIn, containersOf } from './sandboxes.ts';
import { Home, LONG_SLEEP, Served, task } from './served.ts';

/** A port that is free now, so that a server after the killed one has the same address. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

for (const under of await engineCases()) {
  describeUnless(under.missing, `an episode whose server is killed, on the ${under.name} engine`, () => {
    const home = new Home();
    const running: Served[] = [];

    async function start(port: number): Promise<Served> {
      const flags = [`--port=${port}`, '--grace-ms=60000'];
      const served = await Served.start({ runtime: under.name, home, flags });
      running.push(served);
      return served;
    }

    async function begin(options: object = {}) {
      const port = await freePort();
      const served = await start(port);
      const client = await StepwellClient.connect(served.url);
      const episode = await client.reset(task('easy', { ...options }) as { environment: string });
      /** @param meanwhile what happens while no server is there */
      const restart = async (meanwhile = async (): Promise<void> => {}): Promise<Served> => {
        await served.kill();
        await meanwhile();
        return start(port);
      };
      return { client, episode, restart, served };
    }

    afterAll(async () => {
      await Promise.all(running.map((served) => served.stop()));
      home.remove();
    });

    it('goes on with its files, variables and numbers, unseen by its client', async () => {
      const { client, episode, restart } = await begin();
      await using _ = client;
      const first = await episode.step('mkdir -p /tmp/work; cd /tmp/work; echo kept > file; x=5');
      expect((await episode.step('f() { echo "x is $x in $PWD"; }; echo 1 > /tmp/one')).failure).toBeNull();
      await restart();
      const { observation, step } = await episode.step('f; cat file');
      expect([step, observation.output]).toEqual([3, 'x is 5 in /tmp/work\nkept\n']);
      const again = await episode.step('mkdir -p /tmp/work; cd /tmp/work; echo kept > file; x=5', {
        step: 1,
      });
      expect(again).toEqual({ ...first, replayed: true });
      expect(await episode.submit()).toMatchObject({ step: 4, reward: 1 });
      const events = trajectoryOf(home, episode.id);
      expect(events.map(({ event }) => event)).toEqual([
        'reset',
        'step',
        'step',
        'resume',
        'step',
        'step',
        'explanation',
        'close',
      ]);
      // On Docker its sandbox has outlived the server.
      const how = under.name === 'docker' ? 'sandbox' : 'replay';
      expect(events[3]).toMatchObject({ how, after_step: 2, exact: true });
    });

    it('in mid-step makes that step once', async () => {
      const { client, episode, restart, served } = await begin();
      await using _ = client;
      await episode.step('echo x >> /tmp/count');
      const step = episode.step({ code: `echo x >> /tmp/count; sleep ${LONG_SLEEP}`, timeout_ms: 2_000 });
      await asleepIn(served);
      await restart();
      expect(await step).toMatchObject({ step: 2, observation: { timed_out: true } });
      expect((await episode.step('wc -l < /tmp/count')).observation.output.trim()).toBe('2');
    });

    it('in mid-grade is graded by the next server', async () => {
      const { client, episode, restart, served } = await begin({ task: 'slow-gold' });
      await using _ = client;
      await episode.step('echo 1 > /tmp/one');
      const grade = failure(episode.submit(undefined, { timeoutMs: 60_000 }));
      await asleepIn(served);
      const next = await restart();
      // The gold sleeps there, too: the same grade has begun again.
      await asleepIn(next);
      await client.close();
      await grade;
    });

    it('is lost with a typed error where a replay sees something else', async () => {
      const { client, episode, restart, served } = await begin();
      await using _ = client;
      await episode.step('cat /proc/sys/kernel/random/uuid');
      await restart(async () => {
        const [reset] = trajectoryOf(home, episode.id);
        const own = reset?.event === 'reset' ? reset.sandbox : undefined;
        const victims = await containersOf(served);
        await victims.find(({ id }) => own?.startsWith(id))?.kill();
      });
      const error = await failure(episode.step('echo on'));
      expect(error).toBeInstanceOf(EpisodeLostError);
      expect(error).toMatchObject({ maskSample: true, message: expect.stringContaining('differed') });
      await using other = await client.reset(task('easy') as { environment: string });
      expect((await other.step('echo fresh')).observation.output).toBe('fresh\n');
    });
  });
}
