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

  it('gives the gold 1', async () => {
    expect((await grades.graded(RECORD, GOLD)).ending).toEqual({ reward: 1 });
    expect((await grades.graded(PROGRAM, PROGRAM.gold)).ending).toEqual({ reward: 1 });
  }, 180_000);

  it('gives those that wait, or compute for too long, 0', async () => {
    const sleeps = 'import time\n\ndef f(x):\n    time.sleep(1)\n    return 2 * x\n';
    expect((await grades.graded(RECORD, sleeps)).ending).toEqual({ reward: 0 });
    const long = `${BUSY}\ndef f(x):\n    for _ in range(4):\n        work()\n    return 2 * x\n`;
    expect((await grades.graded(RECORD, long)).ending).toEqual({ reward: 0 });
  }, 180_000);
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a Python grade on a busy machine, on the ${engine.name} engine,`, () =>
    itIsFair(engine),
  );
}
