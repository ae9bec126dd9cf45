import { describe, expect, it } from 'vitest';
import { judgeWith, type Reply, says } from './fake-judge.ts';

describe('a doubt about an outcome', () => {
  const told = (...tests: [passed: boolean, doubt?: string][]) => {
    const outcomes = tests.map(([passed, doubt], index) => ({
      name: 'ab'[index],
      passed,
      ...(passed ? {} : { error: { type: 'X', message: '', line: null, of: 'solution' } }),
      ...(doubt === undefined ? {} : { doubt }),
    }));
    return says({ tests: outcomes, usage: { seconds: 0.1, peak_kib: 9 } });
  };
  const passes = async (...replies: Reply[]) => {
    const { asked, source } = judgeWith(...replies);
    const { tests } = await asked();
    return [...tests.map(({ passed }) => passed), source.handedOut.length];
  };

  it('has the test graded once more, and no other', async () => {
    expect(await passes(told([true], [false, 'killed']), told([true], [true]))).toEqual([true, true, 2]);
    expect(await passes(told([false], [false, 'stopped']), told([true], [true]))).toEqual([false, true, 2]);
    expect(await passes(told([true], [true, 'disturbed']), told([false], [false]))).toEqual([true, false, 2]);
  });

  it("is the solution's fault where it is there again, and the gold meets none", async () => {
    const doubtful = told([true], [false, 'killed']);
    const gold = told([true], [true]);
    expect(await passes(doubtful, doubtful, gold, doubtful)).toEqual([true, false, 4]);
    const slow = told([true], [true, 'disturbed']);
    expect(await passes(slow, slow, gold, slow)).toEqual([true, false, 4]);
  });

  it('is ignored if it does not occur again after a gold run without faults', async () => {
    const [doubtful, good] = [told([true], [false, 'disturbed']), told([true], [true])];
    expect(await passes(says(null, null), doubtful, good, good)).toEqual([true, true, 4]);
    expect(await passes(doubtful, doubtful, good, told([false], [false]))).toEqual([true, false, 4]);
  });

  it('is a failure where the gold meets it too', async () => {
    const { asked } = judgeWith(told([true], [false, 'killed']));
    await expect(asked()).rejects.toMatchObject({
      code: 'runner_fault',
      message:
        'The grade was disturbed repeatedly (killed). Grade on a machine that is less busy, or allow the tests more time.',
    });
  });

  it('is a failure where other processes leave the solution no time, though the gold meets no doubt', async () => {
    const starved = told([true], [false, 'starved']);
    const gold = told([true], [true]);
    const { asked } = judgeWith(starved, starved, gold, starved);
    await expect(asked()).rejects.toMatchObject({ code: 'runner_fault' });
    expect(await passes(starved, starved, gold, gold)).toEqual([true, true, 4]);
  });

  it('stays where the second judge does not answer', async () => {
    const doubtful = told([true], [false, 'killed']);
    const silent: Reply = () => ({});
    expect(await passes(doubtful, silent, told([true], [true]), silent)).toEqual([true, false, 4]);
  });
});
