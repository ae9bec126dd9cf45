import { expect, test } from 'vitest';
import { StepwellCluster } from '../../../clients/typescript/cluster/cluster.ts';
import { StepwellError } from '../../../clients/typescript/errors.ts';
import { localMissing } from '../../engines.ts';
import { Home, Served } from '../../faults/served.ts';
import { describeUnless } from '../../requirements.ts';

const missing = await localMissing();
const SERVERS = 3;
const EPISODES = 24;
const STEPS = 6;

describeUnless(missing, 'a client of three servers on the local engine', () => {
  test('loses the episodes of a killed server alone, and makes every step of the others once', async () => {
    const homes = Array.from({ length: SERVERS }, () => new Home());
    const flags = ['--pool-max=8', '--grace-ms=2000'];
    const started = await Promise.allSettled(
      homes.map((home, index) =>
        Served.start({ runtime: 'local', home, flags: [...flags, `--node=node-${index}`] }),
      ),
    );
    const served = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    try {
      expect(served).toHaveLength(SERVERS);
      const urls = served.map(({ url }) => url);
      await using cluster = await StepwellCluster.connect(urls, { pollMs: 100, reconnectMs: 500 });
      const [victim] = served;
      let played = 0;
      let killed: Promise<void> | undefined;
      const outcomes = Array.from({ length: EPISODES }, async (_, index) => {
        // More episodes than sandboxes: they wait, and begin elsewhere when the server is killed.
        const episode = await cluster.reset(
          { environment: 'bash-v1', task: 0, seed: index },
          { queueTimeoutMs: 120_000 },
        );
        const node = episode.resumeToken.split('.')[0];
        try {
          for (let step = 1; step <= STEPS; step += 1) {
            const { observation } = await episode.step('echo x >> /tmp/count; wc -l < /tmp/count');
            expect(observation.output.trim()).toBe(String(step));
            played += 1;
            if (played > EPISODES && victim !== undefined) killed ??= victim.kill();
          }
          await episode.close();
          return { node, error: undefined };
        } catch (error) {
          return { node, error };
        }
      });
      const ended = await Promise.all(outcomes);
      await killed;
      const lost = ended.filter(({ error }) => error !== undefined);
      for (const { error, node } of lost) {
        expect(node).toBe('node-0');
        expect(error).toBeInstanceOf(StepwellError);
      }
      expect(lost.length).toBeLessThanOrEqual(8);
      expect(cluster.servers.map(({ up }) => up)).toEqual([false, true, true]);
      const others = ended.filter(({ error }) => error === undefined);
      expect(others.length).toBe(EPISODES - lost.length);
    } finally {
      for (const one of served) await one.stop();
      for (const home of homes) home.remove();
    }
  }, 180_000);
});
