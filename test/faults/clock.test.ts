import { setTimeout as elapsed } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import type { Wire } from '../server/test-server.ts';
import { atRest, type Footprint, nothingLeaks, trajectoryOf } from './leaks.ts';
import { containersOf } from './sandboxes.ts';
import { Home, playsWell, Served, task, WELL } from './served.ts';

/** Longer than any silence of a runner or a socket that the server puts up with below. */
const GAP_MS = 7_000;
const HOUR_MS = 3_600_000;

/** The first engine that is there: the clocks that are tried are the server's. */
const engines = await engineCases();
const under = engines.find(({ missing }) => missing === null) ?? engines[0];
if (under === undefined) throw new Error('there are no engines');

describeUnless(under.missing, 'a clock that jumps', () => {
  const home = new Home();
  let served: Served;
  let before: Footprint;

  beforeAll(async () => {
    served = await Served.start({
      runtime: under.name,
      home,
      preload: new URL('./jumping-clock.mjs', import.meta.url).href,
      flags: ['--heartbeat-interval-ms=500', '--heartbeat-timeout-ms=3000'],
    });
    expect(await playsWell(served)).toBe(WELL);
    before = await atRest(served, 2);
  }, BUILD_MS);
  afterAll(async () => {
    await served?.stop();
    home.remove();
  });

  async function underWay(action: string): Promise<{ wire: Wire; episode_id: string }> {
    const wire = await served.connect();
    const episode_id = await wire.reset(task('easy'));
    wire.request('episode/step', { episode_id, action });
    // Once this is answered, the step before it has begun.
    const id = wire.request('episode/state', { episode_id });
    expect(await wire.answer()).toMatchObject({ id });
    return { wire, episode_id };
  }

  /** The step ended by itself, and the episode goes on to its reward. */
  async function endsWell({ wire, episode_id }: { wire: Wire; episode_id: string }): Promise<void> {
    expect(await wire.answer()).toMatchObject({
      result: { observation: { output: 'done\n', timed_out: false }, failure: null },
    });
    await wire.result('episode/step', { episode_id, action: 'echo 1 > /tmp/one' });
    const graded = await wire.result('episode/step', { episode_id, action: { submit: true } });
    expect(graded).toMatchObject({ reward: 1, terminated: true, failure: null });
    wire.socket.close();
    expect(await playsWell(served)).toBe(WELL);
    await nothingLeaks(served, before);
  }

  it('by a day, forward and back, in the midst of steps, changes the times that are told and nothing else', async () => {
    const first = await underWay('sleep 1; echo done');
    served.signal('SIGUSR2');
    await endsWell(first);
    const second = await underWay('sleep 1; echo done');
    served.signal('SIGUSR2');
    await endsWell(second);
    const [reset, step] = trajectoryOf(home, second.episode_id);
    // It began a day ahead and went on a day behind.
    expect(Date.parse(reset?.time ?? '') - Date.parse(step?.time ?? '')).toBeGreaterThan(47 * HOUR_MS);
    served.signal('SIGUSR2');
  });

  it('past deadlines, since the server was stopped meanwhile, fails no step and cuts no socket', async () => {
    const play = await underWay('sleep 2; echo done');
    served.signal('SIGSTOP');
    await elapsed(GAP_MS);
    served.signal('SIGCONT');
    await endsWell(play);
  });

  it('past deadlines, since the whole machine was stopped, fails no step and cuts no socket', async () => {
    const play = await underWay('sleep 2; echo done');
    const containers = await containersOf(served);
    served.signal('SIGSTOP');
    await Promise.all(containers.map((container) => container.freeze()));
    await elapsed(GAP_MS);
    await Promise.all(containers.map((container) => container.thaw()));
    served.signal('SIGCONT');
    await endsWell(play);
  });
});
