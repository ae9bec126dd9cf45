import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bash } from '../../environments/bash/definition.ts';
import type { BashTaskRecord } from '../../environments/bash/task.ts';
import type { Environment, Grade } from '../../environments/environment.ts';
import { GoldCache } from '../../environments/gold-cache.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import { BUILD_MS, engineCases, openPool } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

/** What the tasks ask for, which the local engine takes from this host. */
const PROGRAMS = ['python3', 'git', 'jq', 'awk'];

/** A wrong answer above this is too close to a right one to teach anything. */
const CLEARLY_WRONG = 0.9;
/** What an agent that only repeats what it was told may get. */
const ABOUT_NOTHING = 0.05;

const joined = (gold: BashTaskRecord['gold']) => (typeof gold === 'string' ? gold : gold.join(';'));

for (const engine of await engineCases({ programs: PROGRAMS })) {
  describeUnless(engine.missing, `the built-in Bash tasks, played on the ${engine.name} engine`, () => {
    let opened: Awaited<ReturnType<typeof openPool>>;
    let environment: Environment;

    beforeAll(async () => {
      opened = await openPool(engine, bash.builtIn.image);
      environment = new PlayedEnvironment(bash, {
        sandboxes: opened.pool,
        defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
        datasets: [bash.builtIn],
        goldCache: new GoldCache(),
      });
    }, BUILD_MS);

    afterAll(async () => {
      await opened?.close();
    });

    async function play(
      id: string,
      code: string | null,
      answer?: string,
    ): Promise<Grade & { readonly changed: readonly string[] }> {
      const episode = await environment.choose({ task: id }, 0).begin();
      try {
        if (code !== null) await episode.act({ code });
        const grade = await episode.grade({ final: true, ...(answer === undefined ? {} : { answer }) });
        return { ...grade, changed: (await episode.sandbox.diff()).changes.map(({ path }) => path) };
      } finally {
        await episode.sandbox.release();
      }
    }

    describe.each(bash.builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
      test('gives the gold reward 1', async () => {
        const { reward, success, components, changed } = await play(id, joined(task.gold));
        expect({ reward, success }).toEqual({ reward: 1, success: true });
        expect(Object.values(components).reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
        // A scratch file of the gold's would be asked of everyone.
        expect(changed.filter((path) => path.startsWith('/tmp'))).toEqual([]);
      });

      test('gives an agent that does nothing exactly 0', async () => {
        for (const code of [null, ':', 'true; cd /; ls > /dev/null']) {
          expect(await play(id, code)).toMatchObject({ reward: 0, success: false });
        }
      });

      test('gives about 0 for the words of the instruction, and little for a dump of everything', async () => {
        expect((await play(id, null, task.instruction)).reward).toBeLessThanOrEqual(ABOUT_NOTHING);
        expect((await play(id, 'find / -xdev 2> /dev/null')).reward).toBeLessThanOrEqual(ABOUT_NOTHING);
        const dump = 'find /work /data /home -type f -exec cat {} + ; ls -lR /work /data /home';
        expect((await play(id, dump)).reward).toBeLessThan(0.5);
      });

      test.each((task.wrong ?? []).map((code, n) => ({ code, n: n + 1 })))(
        'gives wrong answer $n clearly less than 1',
        async ({ code }) => {
          const { reward, success } = await play(id, code);
          expect(reward).toBeLessThan(CLEARLY_WRONG);
          expect(success).toBe(false);
        },
      );
    });
  });
}
