import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import type { Wire } from '../server/test-server.ts';
import { atRest, type Footprint, nothingLeaks, trajectoryOf } from './leaks.ts';
import { Outcomes } from './outcomes.ts';
import { asleepIn, containersOf, runnerOf, type Victim } from './sandboxes.ts';
import { Home, LONG_SLEEP, playsWell, Served, task, WELL } from './served.ts';

const MEMORY_BYTES = 128 * 1024 * 1024;
const LAYER_BYTES = 16 * 1024 * 1024;

const testName = (): string => expect.getState().currentTestName?.split(' > ').at(-1) ?? '';

for (const under of await engineCases()) {
  describeUnless(under.missing, `a container that meets a fault, on the ${under.name} engine`, () => {
    const home = new Home();
    const outcomes = new Outcomes(`on the ${under.name} engine, in ms`);
    let served: Served;
    let before: Footprint;

    beforeAll(async () => {
      const flags = [`--memory-bytes=${MEMORY_BYTES}`, `--layer-bytes=${LAYER_BYTES}`];
      served = await Served.start({ runtime: under.name, home, flags });
      // What is made at the first use is there before anything is counted.
      expect(await playsWell(served)).toBe(WELL);
      before = await atRest(served, 2);
    }, BUILD_MS);
    afterAll(async () => {
      await served?.stop();
      home.remove();
      outcomes.print();
    });

    async function stepUnderWay(wire: Wire): Promise<{ episode_id: string; victim: Victim }> {
      const episode_id = await wire.reset(task('easy'));
      const action = { code: `sleep ${LONG_SLEEP}`, timeout_ms: 60_000 };
      wire.request('episode/step', { episode_id, action });
      return { episode_id, victim: await asleepIn(served) };
    }

    /** The failure that ends an episode, as the client and the trajectory tell it. */
    async function fails(wire: Wire, episode_id: string, failure: Readonly<Record<string, unknown>>) {
      const told = { reward: null, terminated: false, truncated: true, failure };
      const answer = await outcomes.time(testName(), 'until the client knows', wire.answer());
      expect(answer).toMatchObject({ result: told });
      const [event, close] = trajectoryOf(home, episode_id).slice(-2);
      expect(event).toMatchObject({ event: 'step', ...told });
      expect(close).toMatchObject({ event: 'close', reason: 'failure' });
    }

    async function isGone(victim: Victim): Promise<void> {
      expect(await outcomes.time(testName(), 'next episode', playsWell(served))).toBe(WELL);
      await nothingLeaks(served, before);
      expect((await containersOf(served)).map(({ id }) => id)).not.toContain(victim.id);
    }

    it('killed in the midst of a step, ends the episode as a failure', async () => {
      const wire = await served.connect();
      const { episode_id, victim } = await stepUnderWay(wire);
      await victim.kill();
      await fails(wire, episode_id, {
        class: 'sandbox',
        code: 'sandbox_died',
        retryable: true,
        action_may_have_run: true,
      });
      await isGone(victim);
    });

    it('killed while it is idle, is not met by the next reset', async () => {
      const [victim] = await containersOf(served);
      if (victim === undefined) throw new Error('there is no idle container');
      await victim.kill();
      await isGone(victim);
    });

    it('paused in the midst of a step, shows long before the deadline', async () => {
      const wire = await served.connect();
      const { episode_id, victim } = await stepUnderWay(wire);
      await victim.freeze();
      await fails(wire, episode_id, {
        class: 'sandbox',
        code: 'sandbox_unresponsive',
        retryable: true,
        action_may_have_run: true,
      });
      await isGone(victim);
    });

    it('killed in the midst of a grade, gives no reward', async () => {
      const wire = await served.connect();
      const episode_id = await wire.reset(task('slow-gold'));
      wire.request('episode/step', { episode_id, action: { submit: true } });
      const victim = await asleepIn(served);
      await victim.kill();
      await fails(wire, episode_id, { class: 'grading', code: 'sandbox_died', retryable: true });
      await isGone(victim);
    });

    it.each([
      ['a program', 'tail -c 300M /dev/zero | wc -c'],
      ['the shell itself', 'x=$(head -c 300M /dev/zero | tr "\\0" x); echo end'],
    ])('out of memory by %s of the agent, gives an observation, and a reward', async (_, action) => {
      const wire = await served.connect();
      const episode_id = await wire.reset(task('easy'));
      const step = await wire.result('episode/step', { episode_id, action });
      expect(step).toMatchObject({ reward: null, truncated: false, failure: null });
      const graded = await wire.result('episode/step', { episode_id, action: { submit: true } });
      expect(graded).toMatchObject({ reward: expect.any(Number), terminated: true, failure: null });
      expect(trajectoryOf(home, episode_id).at(-1)).toMatchObject({ event: 'close', reason: 'terminated' });
      expect(await outcomes.time(testName(), 'next episode', playsWell(served))).toBe(WELL);
      await nothingLeaks(served, before);
    });

    it('whose runner alone is killed, ends the episode as a failure', async () => {
      const wire = await served.connect();
      const { episode_id, victim } = await stepUnderWay(wire);
      process.kill(runnerOf(victim), 'SIGKILL');
      await fails(wire, episode_id, { class: 'sandbox', code: 'sandbox_died' });
      await isGone(victim);
    });
  });
}
