import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless, itUnless } from '../requirements.ts';
import { trajectoriesIn } from '../trajectories.ts';
import { atRest, type Footprint, nothingLeaks, recorded, trajectoryOf } from './leaks.ts';
import { Home, playsWell, Served, task, WELL } from './served.ts';

/** Mount a disk of 256 KiB there. @returns why it cannot be mounted, or `null` */
function mountSmallDisk(folder: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,nr_inodes=64', 'none', folder], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no small disk can be mounted here: ${error instanceof Error ? error.message : error}`;
  }
}

/** The reason why no small disk can be mounted here, or `null`. */
function smallDiskMissing(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'stepwell-disk-'));
  const missing = mountSmallDisk(folder);
  if (missing === null) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return missing;
}

const unmountable = smallDiskMissing();

for (const under of await engineCases()) {
  describeUnless(under.missing, `a disk that is full, on the ${under.name} engine`, () => {
    const home = new Home();
    let served: Served;
    let before: Footprint;

    beforeAll(async () => {
      if (unmountable === null) mountSmallDisk(home.trajectories);
      const flags = ['--layer-bytes=8388608', '--layer-inodes=2048', '--memory-bytes=134217728'];
      served = await Served.start({ runtime: under.name, home, flags });
      expect(await playsWell(served)).toBe(WELL);
      before = await atRest(served, 2);
    }, BUILD_MS);
    afterAll(async () => {
      await served?.stop();
      if (unmountable === null) execFileSync('umount', ['-l', home.trajectories]);
      home.remove();
    });

    it.each([
      ['bytes', 'head -c 64M /dev/zero > /tmp/big', /No space left on device/],
      ['inodes', 'mkdir /tmp/many; cd /tmp/many && touch $(seq 4000)', /No space left on device/],
    ])(
      'of a layer, in %s, is an observation, a grade, and nothing to the next episode',
      async (_, action, told) => {
        const wire = await served.connect();
        const episode_id = await wire.reset(task('easy'));
        const step = await wire.result('episode/step', { episode_id, action });
        expect(step).toMatchObject({ observation: { output: expect.stringMatching(told) }, failure: null });
        const graded = await wire.result('episode/step', { episode_id, action: { submit: true } });
        expect(graded).toMatchObject({ reward: expect.any(Number), terminated: true, failure: null });
        expect(graded.reward).toBeLessThan(1);
        expect(trajectoryOf(home, episode_id).at(-1)).toMatchObject({ event: 'close', reason: 'terminated' });
        wire.socket.close();
        expect(await playsWell(served)).toBe(WELL);
        await nothingLeaks(served, before);
      },
    );

    itUnless(
      unmountable,
      'of the trajectories, refuses resets, and no step is done twice for it',
      async () => {
        const wire = await served.connect();
        const episode_id = await wire.reset(task('easy'));
        const filler = join(home.trajectories, 'filler');
        const files = trajectoriesIn(home.trajectories);
        const { bavail, bsize } = statfsSync(home.trajectories);
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
        const refusal = { data: { name: 'internal_error', retryable: true } };
        for (let n = 0; n < 5; n += 1) {
          expect(await wire.error('episode/reset', task('easy'))).toMatchObject(refusal);
        }
        const padding = 'x'.repeat(8_192);
        const action = { code: 'echo x >> /tmp/count; wc -l < /tmp/count', metadata: { padding } };
        const step = { episode_id, step: 1, action };
        for (let n = 0; n < 3; n += 1) expect(await wire.error('episode/step', step)).toMatchObject(refusal);
        // No empty file of a reset that was refused, and no half line of a step.
        expect(trajectoriesIn(home.trajectories)).toEqual(files);
        expect(recorded(home.trajectories).map(({ torn }) => torn)).toEqual(files.map(() => 0));
        rmSync(filler);
        expect(await wire.result('episode/step', step)).toMatchObject({
          step: 1,
          replayed: true,
          observation: { output: '1\n' },
        });
        await wire.result('episode/close', { episode_id });
        expect(trajectoryOf(home, episode_id).map(({ event }) => event)).toEqual(['reset', 'step', 'close']);
        wire.socket.close();
        expect(await playsWell(served)).toBe(WELL);
        await nothingLeaks(served, before);
      },
    );
  });
}
