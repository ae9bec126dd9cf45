import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { leftBy, recorded, runFoldersIn, trajectoryOf } from './leaks.ts';
import { asleepIn } from './sandboxes.ts';
import { Home, LONG_SLEEP, playsWell, Served, task, WELL } from './served.ts';

for (const under of await engineCases()) {
  describeUnless(under.missing, `a server that is killed, on the ${under.name} engine`, () => {
    const home = new Home();
    const start = () => Served.start({ runtime: under.name, home });
    let served: Served | undefined;

    beforeAll(async () => {
      served = await start();
    }, BUILD_MS);
    afterAll(async () => {
      await served?.stop();
      home.remove();
    });

    /** The server of the test before, which took the place of a killed one, or the first one. */
    const running = async (): Promise<Served> => {
      served ??= await start();
      return served;
    };

    /** Kill it, start another over the same state, and see that this one serves and has removed what was left. */
    async function killed(victim: Served): Promise<void> {
      const folders = runFoldersIn(home);
      expect(await leftBy(victim, folders)).not.toEqual([]);
      await victim.kill();
      served = undefined;
      served = await start();
      await expect.poll(() => leftBy(victim, folders), { timeout: 20_000 }).toEqual([]);
      expect(await playsWell(served)).toBe(WELL);
    }

    it('in the midst of a step, takes the socket with it, and the step is in no trajectory', async () => {
      const victim = await running();
      const wire = await victim.connect();
      const episode_id = await wire.reset(task('easy'));
      await wire.result('episode/step', { episode_id, action: 'echo told' });
      wire.request('episode/step', { episode_id, action: `sleep ${LONG_SLEEP}` });
      await asleepIn(victim);
      await killed(victim);
      expect(await wire.closed).toBe(1006);
      expect(trajectoryOf(home, episode_id).map(({ event }) => event)).toEqual(['reset', 'step']);
    });

    it('in the midst of a grade, gives no reward, neither to the client nor in the trajectory', async () => {
      const victim = await running();
      const wire = await victim.connect();
      const episode_id = await wire.reset(task('slow-gold'));
      wire.request('episode/step', { episode_id, action: { submit: true } });
      await asleepIn(victim);
      await killed(victim);
      expect(await wire.closed).toBe(1006);
      expect(trajectoryOf(home, episode_id).map(({ event }) => event)).toEqual(['reset']);
    });

    it('in the midst of writing, has written whole every step that a client was told of', async () => {
      const victim = await running();
      const told = new Map<string, number>();
      let enough = (): void => {};
      const written = new Promise<void>((resolve) => {
        enough = resolve;
      });
      const play = async (): Promise<void> => {
        const wire = await victim.connect();
        const episode_id = await wire.reset(task('easy', { max_output_bytes: 4_194_304 }));
        const action = 'head -c 500000 /dev/urandom | base64 -w 0';
        const answers = async (): Promise<void> => {
          for (let step = 1; ; step += 1) {
            wire.request('episode/step', { episode_id, step, action });
            const answer = await wire.answer();
            expect(answer).toMatchObject({ result: { step, failure: null } });
            told.set(episode_id, step);
            const steps = [...told.values()].reduce((sum, count) => sum + count, 0);
            if (told.size === 3 && steps >= 20) enough();
          }
        };
        await Promise.race([answers(), wire.closed]);
      };
      const plays = [play(), play(), play()];
      await written;
      await killed(victim);
      await Promise.all(plays);
      const found = recorded(home.trajectories);
      for (const [episode_id, steps] of told) {
        const own = found.find(({ name }) => name === `${episode_id}.jsonl`);
        const whole = own?.events.filter(({ event }) => event === 'step').length ?? 0;
        // A step may have been written, whole or in part, whose answer was not out yet.
        expect(whole).toBeGreaterThanOrEqual(steps);
        expect(whole).toBeLessThanOrEqual(steps + 1);
        expect(own?.events.at(-1)?.event).not.toBe('close');
      }
    });

    it('by its operator, leaves nothing, and says how every episode ended', async () => {
      const victim = await running();
      const wire = await victim.connect();
      const episode_id = await wire.reset(task('easy'));
      const folders = runFoldersIn(home);
      served = undefined;
      victim.signal('SIGTERM');
      expect(await victim.ended).toBe(0);
      expect(await wire.closed).toBe(1001);
      expect(await leftBy(victim, folders)).toEqual([]);
      expect(trajectoryOf(home, episode_id).at(-1)).toMatchObject({ event: 'close', reason: 'shutdown' });
    });
  });
}
