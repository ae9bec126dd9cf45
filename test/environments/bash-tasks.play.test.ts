import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../docker/engine.ts';
import { LocalEngine } from '../../docker/local-engine.ts';
import { ownerOf } from '../../docker/owner.ts';
import { SandboxPool } from '../../docker/pool.ts';
import { RunFolder } from '../../docker/run-folder.ts';
import { BashEnvironment } from '../../environments/bash/environment.ts';
import type { BashTaskRecord } from '../../environments/bash/task.ts';
import { BUILT_IN } from '../../environments/bash/tasks/built-in.ts';
import type { Grade } from '../../environments/environment.ts';
import { GoldCache } from '../../environments/gold-cache.ts';
import { dockerEngine, dockerMissing } from '../engines.ts';

interface PlayEngine {
  readonly engine: Engine;
  close(): Promise<void>;
}

/** The local engine over the host's own programs, with nothing built. */
async function localEngine(): Promise<PlayEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner, join(folder, 'run'));
  const engine = new LocalEngine({
    owner,
    runFolder,
    imagesFolder: join(folder, 'images'),
    runnerFolder: join(import.meta.dirname, '../../docker/runner'),
  });
  const close = async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { engine, close };
}

/** Why built-in tasks cannot be played over this host's programs, or `null`. */
async function localMissing(): Promise<string | null> {
  const programs = ['bwrap', 'python3', 'git', 'jq', 'awk'];
  const lacking = programs.filter((name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status !== 0);
  if (lacking.length > 0) return `this host lacks ${lacking.join(', ')}`;
  const { engine, close } = await localEngine();
  try {
    await engine.probe();
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await close();
  }
}

const ENGINES = [
  { name: 'Docker', missing: await dockerMissing(), open: dockerEngine as () => Promise<PlayEngine> },
  { name: 'local', missing: await localMissing(), open: localEngine },
];

/** A wrong answer above this is too close to a right one to teach anything. */
const CLEARLY_WRONG = 0.95;

const joined = (gold: BashTaskRecord['gold']) => (typeof gold === 'string' ? gold : gold.join(';'));

for (const { name, missing, open } of ENGINES) {
  if (missing !== null) console.warn(`Built-in tasks are not played on the ${name} engine: ${missing}`);

  describe.skipIf(missing !== null)(`the built-in Bash tasks, played on the ${name} engine`, () => {
    let opened: PlayEngine;
    let pool: SandboxPool;
    let environment: BashEnvironment;

    beforeAll(async () => {
      opened = await open();
      pool = new SandboxPool(opened.engine, { images: { [BUILT_IN.image]: { warm: 2, max: 2 } } });
      environment = new BashEnvironment({
        sandboxes: pool,
        defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
        datasets: [{ ...BUILT_IN, definition: null }],
        goldCache: new GoldCache(),
        readme: '',
      });
    });

    afterAll(async () => {
      await pool?.drain(0);
      await opened?.close();
    });

    async function play(id: string, code: string): Promise<Grade & { readonly changed: readonly string[] }> {
      const episode = await environment.reset(environment.choose({ task: id }, 0), {});
      try {
        await episode.act({ code });
        const grade = await episode.grade({ final: true });
        return { ...grade, changed: (await episode.sandbox.diff()).map(({ path }) => path) };
      } finally {
        await episode.sandbox.release();
      }
    }

    describe.each(BUILT_IN.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
      test('gives the gold reward 1', async () => {
        const { reward, changed } = await play(id, joined(task.gold));
        expect(reward).toBe(1);
        // A scratch file of the gold's would be asked of everyone.
        expect(changed.filter((path) => path.startsWith('/tmp'))).toEqual([]);
      });

      test('gives an agent that does nothing clearly less than 1', async () => {
        expect((await play(id, ':')).reward).toBeLessThan(CLEARLY_WRONG);
      });

      test.each((task.wrong ?? []).map((code, n) => ({ code, n: n + 1 })))(
        'gives wrong answer $n clearly less than 1',
        async ({ code }) => {
          expect((await play(id, code)).reward).toBeLessThan(CLEARLY_WRONG);
        },
      );
    });
  });
}
