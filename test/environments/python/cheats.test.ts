import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Environment } from '../../../environments/environment.ts';
import { PlayedEnvironment } from '../../../environments/played-environment.ts';
import { python } from '../../../environments/python/definition.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, engineCases, openPool } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { CHEATS } from './cheats.ts';
import { cheatsDocument } from './cheats-document.ts';

const TASKS: PythonTaskRecord[] = [
  {
    id: 'function',
    instruction: 'Write double(x).',
    entry: 'double',
    gold: 'double = lambda x: 2 * x\n',
    tests: [
      { name: 'a', code: 'assert double(7123) == 14246' },
      { name: 'b', args: [8119], value: 16238 },
      { name: 'c', code: 'assert all(map(lambda x: double(x) == 2 * x, [6121, 5113]))' },
    ],
    test_timeout_ms: 2000,
  },
  {
    id: 'program',
    instruction: 'Double standard input.',
    gold: 'print(2 * int(input()))\n',
    tests: [{ name: 'a', stdin: '21\n', stdout: '42\n' }],
    test_timeout_ms: 2000,
  },
];

function itWithstands(engine: EngineCase): void {
  let opened: Awaited<ReturnType<typeof openPool>>;
  let environment: Environment;

  beforeAll(async () => {
    opened = await openPool(engine, 'python');
    environment = new PlayedEnvironment(python, {
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 5000, maxOutputBytes: 65_536 },
      datasets: [{ name: 'cheats', image: 'python', definition: null, tasks: TASKS }],
    });
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  async function rewards(task: string, source: string, how: 'answer' | 'session') {
    const episode = await environment.choose({ task }, 0).begin();
    try {
      if (how === 'session') await episode.act({ code: source });
      return (await episode.grade(how === 'answer' ? { answer: source, final: true } : { final: true }))
        .reward;
    } finally {
      await episode.sandbox.release();
    }
  }

  it.each(CHEATS)(
    'gives nothing for $attempt',
    async ({ source, program }) => {
      expect(await rewards(program ? 'program' : 'function', source, 'answer')).toBe(0);
    },
    120_000,
  );

  it('gives what it should for the solutions, also right after a cheat', async () => {
    for (const { id, gold } of TASKS) expect(await rewards(id, gold, 'answer')).toBe(1);
    expect(await rewards('function', 'def double(x):\n    return x + x\n', 'session')).toBe(1);
  });

  it('grades nothing of what was done to the session itself', async () => {
    const patched =
      'import builtins, sys\nbuiltins.compile = None\nsys.modules.clear()\ndef double(x):\n    return 0\n';
    expect(await rewards('function', patched, 'session')).toBe(0);
  });
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a grade on the ${engine.name} engine`, () => itWithstands(engine));
}

it('the list of cheats says what the tests try', async () => {
  await expect(cheatsDocument()).toMatchFileSnapshot('./cheats.md');
});
