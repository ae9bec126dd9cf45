import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayEpisode } from '../../clients/replay/replay-episode.ts';
import { readTrajectory } from '../../clients/replay/trajectory-file.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode, Fork } from '../../clients/typescript/episode.ts';
import { CapacityError, EpisodeOverError } from '../../clients/typescript/errors.ts';
import { type RealServer, startLocalServer, temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { trajectoryIn } from '../trajectories.ts';

type Begun = Exclude<Fork, { error: unknown }>;

async function forked(episode: Episode, options: Parameters<Episode['fork']>[0] = {}): Promise<Begun> {
  const [fork] = await episode.fork(options);
  if (fork === undefined || 'error' in fork) throw fork?.error ?? new Error('no fork');
  return fork;
}

const shown = async (episode: Episode, code: string): Promise<string> =>
  (await episode.step(code)).observation.output;

describeUnless(await localMissing(), 'forks and undo on the local engine', () => {
  let server: RealServer;
  let client: StepwellClient;
  let trajectories: string;

  beforeAll(async () => {
    trajectories = await temporaryHome();
    server = await startLocalServer({ trajectories, pool: { 'bash-v1': 3 }, pool_max: 8 });
    client = await StepwellClient.connect(server.url, { strict: true });
  });
  afterAll(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
    await rm(trajectories, { recursive: true, force: true });
  });

  async function began(environment: string, ...steps: string[]): Promise<Episode> {
    const episode = await client.reset({ environment, seed: 3 });
    for (const code of steps) await episode.step(code);
    return episode;
  }

  async function differences(episode: Episode) {
    await episode.close();
    return replayEpisode(client, await readTrajectory(trajectoryIn(trajectories, episode.id)));
  }

  describe('bash', () => {
    it('is copied, with what a replay would make anew', async () => {
      await using episode = await began(
        'bash-v1',
        'cd /tmp; token=$(head -c 16 /dev/urandom | base64); echo "$token" > secret; f() { echo "$token"; }',
      );
      const { episode: fork, ...how } = await forked(episode);
      await using _ = fork;
      expect(how).toEqual({ how: 'copy', exact: true, notCarried: [] });
      expect(await shown(fork, 'f; cat secret; pwd')).toBe(await shown(episode, 'f; cat secret; pwd'));
      expect(fork.nextStep).toBe(3);
      expect(await shown(fork, 'rm secret; token=; ls')).toBe('');
      expect(await shown(episode, 'ls')).toBe('secret\n');
    });

    it('is graded as the episode that it goes on from', async () => {
      await using episode = await began('bash-v1', 'echo wrong');
      const { episode: fork } = await forked(episode);
      const [graded, expected] = [await fork.submit(), await episode.submit()];
      expect(graded.reward).toBe(expected.reward);
      expect(graded.info.reward_components).toEqual(expected.info.reward_components);
    });

    it('is played again where a process runs in the background, and says so', async () => {
      await using episode = await began('bash-v1', 'x=1', 'sleep 300 & echo on');
      const fork = await forked(episode);
      await using _ = fork.episode;
      expect(fork).toMatchObject({ how: 'replay', exact: true });
      expect(fork.notCarried).toEqual(['1 background process (started again)']);
      expect(await shown(fork.episode, 'echo $x; jobs -r | wc -l')).toBe('1\n1\n');
    });

    it('says that a replay showed something else', async () => {
      await using episode = await began('bash-v1', 'date +%N', 'echo same');
      const fork = await forked(episode, { atStep: 1 });
      await using _ = fork.episode;
      expect(fork).toMatchObject({ how: 'replay', exact: false, notCarried: [] });
    });

    it('goes back in place, and on', async () => {
      await using episode = await began('bash-v1', 'echo 1 > /tmp/n', 'echo 2 > /tmp/n; x=2', 'rm /tmp/n');
      expect(await episode.undo(2)).toMatchObject({ step_count: 1, how: 'replay', exact: true });
      expect(episode.nextStep).toBe(2);
      expect(await shown(episode, 'cat /tmp/n; echo "[$x]"')).toBe('1\n[]\n');
      const fork = await forked(episode);
      expect(await shown(fork.episode, 'cat /tmp/n')).toBe('1\n');
      await fork.episode.close();
      expect((await differences(episode)).differences).toEqual([]);
    });

    it('leaves trajectories that replay the same', async () => {
      await using episode = await began('bash-v1', 'cd /tmp; echo a > f', 'ls', 'rm f');
      await episode.undo();
      const { episode: fork } = await forked(episode);
      await fork.step('cat f; pwd');
      await fork.submit();
      expect(await differences(fork)).toEqual({ steps: 4, differences: [], notes: [] });
    });

    it('forks an episode that is over, but does not take its end back', async () => {
      await using episode = await began('bash-v1', 'echo a > /tmp/f');
      await episode.submit();
      await expect(episode.undo()).rejects.toThrow(EpisodeOverError);
      const { episode: fork } = await forked(episode);
      await using _ = fork;
      expect(await shown(fork, 'cat /tmp/f')).toBe('a\n');
    });

    it('answers with an error where no sandbox is free, and leaves none taken', async () => {
      await using small = await startLocalServer({
        pool: { 'bash-v1': 4 },
        pool_max: 4,
        queue_timeout_ms: 1_000,
        trajectories: 'none',
      });
      await using other = await StepwellClient.connect(small.url, { strict: true });
      const episode = await other.reset({ environment: 'bash-v1' });
      await episode.step('x=1');
      const forks = await episode.fork({ count: 6 });
      expect(forks.filter((fork) => !('error' in fork))).toHaveLength(3);
      for (const fork of forks) {
        if ('error' in fork) expect(fork.error).toBeInstanceOf(CapacityError);
        else await fork.episode.close();
      }
      const { episode: last } = await forked(episode);
      expect(await shown(last, 'echo $x')).toBe('1\n');
    });

    it('has InterCode’s own working directory and gradings', async () => {
      await using episode = await client.reset({ environment: 'bash-v1', semantics: 'intercode', seed: 3 });
      for (const code of ['mkdir /w', 'cd /w', 'echo in > here']) await episode.step(code);
      await episode.evaluate();
      const fork = await forked(episode);
      expect(fork.how).toBe('copy');
      expect(await shown(fork.episode, 'ls')).toBe('here\n');
      const graded = await fork.episode.submit();
      await episode.step('ls');
      expect(graded.info.reward_components).toEqual((await episode.submit()).info.reward_components);
    });
  });

  it('python has its globals', async () => {
    await using episode = await began('python-v1', 'import random\nx = [1]', 'x.append(2); x');
    const fork = await forked(episode);
    await using _ = fork.episode;
    expect(fork).toMatchObject({ how: 'replay', exact: true, notCarried: [] });
    await episode.step('x.clear()');
    expect(await shown(fork.episode, 'x, random.__name__')).toBe("([1, 2], 'random')\n");
    expect(await episode.undo()).toMatchObject({ step_count: 2, exact: true });
    expect(await shown(episode, 'x')).toBe('[1, 2]\n');
  });

  it('sql has its rows and its session', async () => {
    const made = ['CREATE TEMPORARY TABLE t (n)', 'BEGIN', 'INSERT INTO t VALUES (7)'];
    await using episode = await began('sql-v1', ...made);
    const fork = await forked(episode);
    await using _ = fork.episode;
    expect(fork).toMatchObject({ how: 'replay', exact: true, notCarried: [] });
    await episode.step('ROLLBACK');
    expect((await fork.episode.step('SELECT n FROM t')).observation.rows).toEqual([[7]]);
    await episode.undo();
    expect((await episode.step('SELECT n FROM t')).observation.rows).toEqual([[7]]);
  });
});
