import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../../environments/environment.ts';
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
    // One for the episode, and two that grade in turn: one of them is reset meanwhile.
    opened = await openPool(engine, 'python', 3);
    environment = new PlayedEnvironment(python, {
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
      datasets: [python.builtIn],
    });
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  /** Grades of answers; an episode without steps serves them all, since each is graded in another sandbox. */
  async function graded(id: string, sources: readonly string[]): Promise<(number | null)[]> {
    const episode = await environment.choose({ task: id }, 0).begin();
    try {
      const rewards: (number | null)[] = [];
      for (const answer of sources) rewards.push((await episode.grade({ answer, final: true })).reward);
      return rewards;
    } finally {
      await episode.sandbox.release();
    }
  }

  describe.each(python.builtIn.tasks.map((task) => ({ id: task.id, task })))('$id', ({ id, task }) => {
    test('gives the gold 1, wrong solutions less, idle ones and cheats nothing', async () => {
      const { gold, wrong = [], cheats = [] } = task;
      const idleOnes = [...idle(task), ...cheats];
      const [golden, ...rewards] = await graded(id, [gold, ...wrong, ...idleOnes]);
      expect(golden).toBe(1);
      for (const reward of rewards.splice(0, wrong.length)) expect(reward).toBeLessThan(1);
      const named = idleOnes.map((source, index) => ({ source, reward: rewards[index] }));
      expect(named).toEqual(idleOnes.map((source) => ({ source, reward: 0 })));
    }, 300_000);
  });
}

for (const engine of await engineCases()) {
  const title = `the built-in Python tasks, played on the ${engine.name} engine`;
  describeUnless(engine.missing, title, () => itPlays(engine));
}
