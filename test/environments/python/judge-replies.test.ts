import { describe, expect, it } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { fakeJudge, IMAGE, type Reply } from './fake-judge.ts';

const SOLUTION = { steps: [{ code: 'def f(): pass' }], strict: true };
const RECORD: PythonTaskRecord = {
  id: 't',
  instruction: 'x',
  entry: 'f',
  gold: 'x',
  tests: [
    { name: 'a', args: [], value: 1 },
    { name: 'b', args: [], value: 2 },
  ],
};
const HALF = JSON.stringify({
  tests: [
    { name: 'a', passed: true, value: null },
    { name: 'b', passed: false, error: { type: 'X', message: '', line: null, of: 'test' } },
  ],
  usage: { seconds: 0.1, peak_kib: 9 },
});

/** What a judge makes of replies, given in this order. */
function judgeWith(...replies: Reply[]) {
  const fake = fakeJudge(...replies);
  return { ...fake, asked: (record = RECORD) => fake.judge.judge(IMAGE, record, SOLUTION) };
}

describe("the judge's replies", () => {
  it('are the share of tests passed', async () => {
    const { asked } = judgeWith(() => ({ output: HALF }));
    expect(await asked()).toMatchObject({
      score: 0.5,
      usage: { peak_kib: 9 },
      tests: [{ passed: true }, {}],
    });
  });

  it.each<[string, Reply]>([
    ['none', () => ({})],
    ['no JSON', () => ({ output: 'passed' })],
    ['something else', () => ({ output: '{"tests": [{"passed": true}]}' })],
    ['cut', () => ({ output: HALF, truncatedBytes: 1 })],
    ['after a crash', () => ({ output: HALF, sessionRestarted: true })],
    ['too late', () => ({ output: HALF, timedOut: true })],
    ['with an error', () => ({ output: HALF, exitCode: 1 })],
  ])('that are %s fail every test, and are no failure', async (_, reply) => {
    const { asked } = judgeWith(reply);
    const { score, tests } = await asked();
    expect({ score, passed: tests.map(({ passed }) => passed) }).toEqual({
      score: 0,
      passed: [false, false],
    });
  });

  it('that tell of a sandbox which starts no solution are a failure', async () => {
    const { asked } = judgeWith(() => ({ output: '{"fault": "no memory"}' }));
    await expect(asked()).rejects.toMatchObject({
      code: 'runner_fault',
      message: expect.stringContaining('no memory'),
    });
  });

  it('that say the session is as it was spare the next grade the loading', async () => {
    const { asked, headers } = judgeWith(() => ({ output: `${HALF}\nclean` }));
    await asked();
    await asked();
    expect(headers()).toEqual(['8 unknown', '0 closed']);
  });

  it('that say the session has no judge after all have it loaded', async () => {
    const { asked, headers } = judgeWith(
      () => ({ output: `${HALF}\nclean` }),
      () => ({ output: '{"unloaded": true}' }),
      () => ({ output: HALF }),
    );
    await asked();
    expect((await asked()).score).toBe(0.5);
    await asked();
    expect(headers()).toEqual(['8 unknown', '0 closed', '8 closed', '8 closed']);
  });

  it('that say an image is open to everybody are remembered', async () => {
    const { asked, headers } = judgeWith(() => ({ output: `${HALF}\nopen` }));
    await asked();
    await asked();
    expect(headers()).toEqual(['8 unknown', '8 open']);
  });

  it('that never come are of a sandbox which is not asked again', async () => {
    const { asked, headers } = judgeWith(
      () => ({ output: `${HALF}\nclean` }),
      () => {
        throw new SandboxError('died', 'gone');
      },
      () => ({ output: HALF }),
    );
    await asked();
    await expect(asked()).rejects.toMatchObject({ code: 'died' });
    await asked();
    expect(headers()).toEqual(['8 unknown', '0 closed', '8 closed']);
  });
});

describe('a grade program that gives no number', () => {
  const { tests: _, ...plain } = RECORD;
  const record = (): PythonTaskRecord => ({ ...plain, grade: 'def grade(solution): ...' });
  const usage = { seconds: 0.1, peak_kib: 9 };
  const graded = (outcome: object) => () => ({
    output: JSON.stringify({ grade: { name: 'grade', ...outcome }, usage }),
  });
  const error = { type: 'TypeError', message: 'secret', line: null };
  const [works, raises, solutionRaises] = [
    graded({ passed: true, value: 0.5 }),
    graded({ passed: false, error: { ...error, of: 'test' } }),
    graded({ passed: false, error: { ...error, of: 'solution' } }),
  ];

  it('is a failure where the gold gets none either, and is tried again', async () => {
    const { asked } = judgeWith(raises, solutionRaises, raises, works);
    const same = record();
    await expect(asked(same)).rejects.toMatchObject({
      code: 'runner_fault',
      message: 'The grade program of task t fails on the gold: TypeError',
    });
    expect((await asked(same)).score).toBe(0);
  });

  it('means 0 where the gold gets one, for which it is asked once', async () => {
    const { asked, headers } = judgeWith(raises, works, raises);
    const same = record();
    expect((await asked(same)).score).toBe(0);
    expect((await asked(same)).score).toBe(0);
    expect(headers()).toHaveLength(3);
  });

  it('means 0 without asking where the solution raised', async () => {
    const { asked, headers } = judgeWith(solutionRaises);
    expect((await asked(record())).score).toBe(0);
    expect(headers()).toHaveLength(1);
  });
});
