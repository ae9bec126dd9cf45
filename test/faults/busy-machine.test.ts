import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PythonTaskRecord } from '../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, engineCases } from '../engines.ts';
import { python } from '../environments/python/source.ts';
import { describeUnless } from '../requirements.ts';
import { openFaultyGrades } from './faulty-grades.ts';

/** A quarter of a second of processor time for each call. */
const BUSY = python`
  import time

  def work():
      began = time.process_time()
      while time.process_time() - began < 0.25:
          pass
`;
const GOLD = `${BUSY}\ndef f(x):\n    work()\n    return 2 * x\n`;
const RECORD: PythonTaskRecord = {
  id: 'busy',
  instruction: 'Double x.',
  entry: 'f',
  gold: GOLD,
  tests: [
    { name: 'a', args: [1], value: 2 },
    { name: 'b', code: 'assert f(2) == 4' },
    { name: 'c', code: `${BUSY}\nwork()\nassert f(3) == 6` },
  ],
  test_timeout_ms: 700,
};
const PROGRAM: PythonTaskRecord = {
  id: 'program',
  instruction: 'Double standard input.',
  gold: `${BUSY}\nwork()\nprint(2 * int(input()))\n`,
  tests: [{ name: 'a', stdin: '1\n', stdout: '2\n' }],
  test_timeout_ms: 450,
};

function itIsFair(engine: EngineCase): void {
  let grades: Awaited<ReturnType<typeof openFaultyGrades>>;
  let others: ChildProcess[];

  beforeAll(async () => {
    grades = await openFaultyGrades(engine);
    others = Array.from({ length: 3 * availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    );
  }, BUILD_MS);

  afterAll(async () => {
    for (const other of others ?? []) other.kill('SIGKILL');
    await grades?.close();
  });

  /** The reward of the first grade that is no failure. On a machine that leaves a sandbox no time, a grade may be one. */
  async function reward(record: PythonTaskRecord, code: string): Promise<number> {
    for (let tries = 0; tries < 4; tries++) {
      const { ending } = await grades.graded(record, code);
      if ('reward' in ending) return ending.reward;
      expect(ending).toEqual({ failure: 'runner_fault' });
    }
    throw new Error('Four grades were failures.');
  }

  it('gives the gold 1', async () => {
    expect(await reward(RECORD, GOLD)).toBe(1);
    expect(await reward(PROGRAM, PROGRAM.gold)).toBe(1);
  }, 400_000);

  it('gives those that wait, or compute for too long, 0', async () => {
    const sleeps = 'import time\n\ndef f(x):\n    time.sleep(1)\n    return 2 * x\n';
    expect(await reward(RECORD, sleeps)).toBe(0);
    const long = `${BUSY}\ndef f(x):\n    for _ in range(4):\n        work()\n    return 2 * x\n`;
    expect(await reward(RECORD, long)).toBe(0);
  }, 400_000);
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a Python grade on a busy machine, on the ${engine.name} engine,`, () =>
    itIsFair(engine),
  );
}
