import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment, Grade } from '../../environments/environment.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import { python } from '../../environments/python/definition.ts';
import type { PythonTaskRecord } from '../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, engineCases, openPool } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

/** Solutions that do nothing, or only raise: a cheat must not get more than they do. */
function idle({ entry }: PythonTaskRecord): string[] {
  if (entry === undefined) return ['', 'raise ValueError\n'];
  return [
    `def ${entry}(*ignored, **named): return None\n`,
    `def ${entry}(*ignored, **named): raise ValueError\n`,
  ];
}

function itPlays(engine: EngineCase): void {
  let opened: Awaited<ReturnType<typeof openPool>>;
  let environment: Environment;

  beforeAll(async () => {
    opened = await openPool(engine, 'python');
    environment = new PlayedEnvironment(python, {
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
      datasets: [python.builtIn],
    });
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  async function graded(id: string, source: string): Promise<Grade> {
    const episode = await environment.choose({ task: id }, 0).begin();
    try {
      return await episode.grade({ answer: source, final: true });
    } finally {
      await episode.sandbox.release();
    }
  }

  describe.each(python.builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
    test('gives the gold 1, wrong solutions less, idle ones and cheats nothing', async () => {
      expect((await graded(id, task.gold)).reward).toBe(1);
      for (const wrong of task.wrong ?? []) expect((await graded(id, wrong)).reward).toBeLessThan(1);
      for (const source of [...idle(task), ...(task.cheats ?? [])]) {
        expect({ source, reward: (await graded(id, source)).reward }).toEqual({ source, reward: 0 });
      }
    }, 300_000);
  });
}

for (const engine of await engineCases()) {
  const title = `the built-in Python tasks, played on the ${engine.name} engine`;
  describeUnless(engine.missing, title, () => itPlays(engine));
}
