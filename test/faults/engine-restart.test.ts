import Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labels } from '../../docker/labels.ts';
import { BUILD_MS, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { trajectoryOf } from './leaks.ts';
import { SecondEngine, secondEngineMissing } from './second-engine.ts';
import { Home, LONG_SLEEP, playsWell, Served, task, WELL } from './served.ts';

const missing = (await dockerMissing()) ?? secondEngineMissing();

describeUnless(missing, 'a Docker engine that goes away', () => {
  const home = new Home();
  let engine: SecondEngine;
  let served: Served;

  beforeAll(async () => {
    engine = new SecondEngine();
    await engine.start();
    await engine.take(new Docker(), 'stepwell/bash');
    const env = { DOCKER_HOST: engine.host };
    served = await Served.start({ runtime: 'docker', home, env, flags: ['--queue-timeout-ms=2000'] });
  }, BUILD_MS);
  afterAll(async () => {
    await served?.stop();
    await engine?.remove();
    home.remove();
  });

  const containers = async (): Promise<number> =>
    (await engine.docker.listContainers({ all: true, filters: { label: [labels.owner] } })).length;

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s, fails steps and resets in words of their own, and serves once it is back',
    { timeout: 240_000 },
    async (signal) => {
      await expect.poll(() => playsWell(served).catch(String), { timeout: 60_000 }).toBe(WELL);
      const wire = await served.connect();
      const episode_id = await wire.reset(task('easy'));
      const action = { code: `sleep ${LONG_SLEEP}`, timeout_ms: 120_000 };
      wire.request('episode/step', { episode_id, action });
      await engine.end(signal);
      // A killed daemon leaves its containers running; the next one ends them.
      const failure = { class: 'sandbox', code: 'sandbox_died', retryable: true, action_may_have_run: true };
      const failed = { result: { reward: null, truncated: true, failure } };
      if (signal === 'SIGTERM') {
        expect(await wire.answer()).toMatchObject(failed);
        const refusal = await wire.error('episode/reset', task('easy'));
        expect(refusal).toMatchObject({
          data: { name: expect.stringMatching(/^(capacity|sandbox_unavailable)$/), retryable: true },
        });
      }
      await engine.start();
      if (signal === 'SIGKILL') expect(await wire.answer()).toMatchObject(failed);
      expect(trajectoryOf(home, episode_id).at(-1)).toMatchObject({ event: 'close', reason: 'failure' });
      await expect.poll(() => playsWell(served).catch(String), { timeout: 60_000 }).toBe(WELL);
      // Two warm ones, and nothing of those before.
      await expect.poll(containers, { timeout: 60_000 }).toBe(2);
      expect(served.log.join('\n')).not.toContain('uncaught error');
      wire.socket.close();
    },
  );
});
