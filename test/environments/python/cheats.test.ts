import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonEnvironment } from '../../../environments/python/environment.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { CHEATS } from './cheats.ts';
import { type EngineCase, engineCases, pythonPool } from './engines.ts';

const TASKS: PythonTaskRecord[] = [
  {
    id: 'function',
    instruction: 'Write double(x).',
    entry: 'double',
    gold: 'double = lambda x: 2 * x\n',
    tests: [
      { name: 'a', code: 'assert double(7123) == 14246' },
      { name: 'b', args: [8119], value: 16238 },
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
  let opened: Awaited<ReturnType<typeof pythonPool>>;
  let environment: PythonEnvironment;

  beforeAll(async () => {
    opened = await pythonPool(engine);
    environment = new PythonEnvironment({
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 5000, maxOutputBytes: 65_536 },
      datasets: [{ name: 'cheats', image: 'python', definition: null, tasks: TASKS }],
      readme: '',
    });
  }, 300_000);

  afterAll(async () => {
    await opened?.close();
  });

  async function rewards(task: string, source: string, how: 'answer' | 'session') {
    const episode = await environment.reset(environment.choose({ task }, 0), {});
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
  const { name, missing } = engine;
  if (missing !== null) console.warn(`Cheating is not tried on the ${name} engine: ${missing}`);
  describe.skipIf(missing !== null)(`a grade on the ${name} engine`, () => itWithstands(engine));
}

describe('cheats.md', () => {
  it('lists every attempt', () => {
    const listed = readFileSync(join(import.meta.dirname, 'cheats.md'), 'utf8');
    expect(
      CHEATS.map(({ attempt }) => attempt).filter((attempt) => !listed.includes(`| ${attempt} |`)),
    ).toEqual([]);
  });
});
