import { describe, expect, it } from 'vitest';
import { SandboxError, type SandboxErrorCode } from '../../../docker/errors.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { but, changed, judgeWith, RECORD, type Reply, says } from './fake-judge.ts';

const HALF = {
  tests: [
    { name: 'a', passed: true, value: null },
    { name: 'b', passed: false, error: { type: 'X', message: '', line: null, of: 'test' } },
  ],
  usage: { seconds: 0.1, peak_kib: 9 },
};
const [A, B] = HALF.tests;
const GRADE = { name: 'grade', passed: true, value: 1 };

/** A sandbox that fails. */
function fails(code: SandboxErrorCode): Reply {
  return () => {
    throw new SandboxError(code, 'gone');
  };
}

describe("the judge's replies", () => {
  it('are the share of tests passed', async () => {
    const { asked } = judgeWith(says(HALF));
    expect(await asked()).toMatchObject({
      reward: 0.5,
      usage: { peak_kib: 9 },
      tests: [{ passed: true }, {}],
    });
  });

  const silent: [string, Reply][] = [
    ['none', () => ({})],
    ['no JSON', () => ({ output: 'passed' })],
    ['in no frame', () => ({ output: `${JSON.stringify(HALF)}\nclean` })],
    [
      "in somebody's frame",
      changed(says(HALF), (output) => output.replaceAll(/[0-9a-f]{32}/g, '0'.repeat(32))),
    ],
    ['in half a frame', changed(says(HALF), (output) => output.slice(0, 99))],
    ['told twice', changed(says(HALF), (output) => output + output)],
    ["without the session's word", says(HALF, null)],
    ['something else', says({ tests: [{ passed: true }] })],
    ['of fewer tests', says({ ...HALF, tests: [A] })],
    ['of more tests', says({ ...HALF, tests: [A, B, B] })],
    ['of other tests', says({ ...HALF, tests: [B, A] })],
    ['of a grade program that the task does not have', says({ ...HALF, tests: undefined, grade: GRADE })],
    ['of more than 1', says({ ...HALF, tests: [{ ...A, value: 1000 }, B] })],
    ['of less than 0', says({ ...HALF, tests: [{ ...A, value: -1 }, B] })],
    ['of tests and more', says({ ...HALF, fault: 'x' })],
    ['cut', but(says(HALF), { truncatedBytes: 1 })],
    ['after a crash', but(says(HALF), { sessionRestarted: true })],
    ['too late', but(says(HALF), { timedOut: true })],
    ['with an error', but(says(HALF), { exitCode: 1 })],
  ];
  const outside: [string, Reply][] = [
    ['none as the judge was killed', says(null, { end: 'killed', image: 'writable' })],
    [
      'begun as the judge was killed',
      changed(says(null, { end: 'killed' }), (output) => `{"tests": [${output}`),
    ],
    ['none as the session was killed', () => ({ exitCode: 137, sessionRestarted: true })],
    ['that no solution starts', says({ fault: 'no memory' })],
    ['none as the sandbox died', fails('died')],
    ['none as the sandbox does not answer', fails('unresponsive')],
  ];

  it.each([...silent, ...outside])('that are %s are asked for again in another sandbox', async (_, reply) => {
    const { asked, source } = judgeWith(reply, says(HALF));
    expect((await asked()).reward).toBe(0.5);
    expect(source.handedOut).toHaveLength(2);
  });

  it.each([...silent, ...outside])(
    'that are %s each time fail every test where the gold gets one',
    async (_, reply) => {
      const { asked, runs } = judgeWith(reply, reply, says(HALF), reply);
      const { reward, tests } = await asked();
      expect({ reward, passed: tests.map(({ passed }) => passed) }).toEqual({
        reward: 0,
        passed: [false, false],
      });
      expect(runs.map(({ stdin }) => stdin?.includes('"code":"gold"'))).toEqual([false, false, true, false]);
    },
  );

  it.each([...silent, ...outside])('that are %s for the gold too are a failure', async (_, reply) => {
    const { asked, source } = judgeWith(reply);
    await expect(asked()).rejects.toBeInstanceOf(SandboxError);
    expect(source.handedOut).toHaveLength(3);
  });

  it('that are not to be had for want of a sandbox are a failure at once', async () => {
    const { asked, source } = judgeWith(fails('capacity'));
    await expect(asked()).rejects.toMatchObject({ code: 'capacity' });
    expect(source.handedOut).toHaveLength(1);
  });

  it('that the solution kept from an end mean 0 at once', async () => {
    const { asked, source } = judgeWith(says(null, { end: 'overrun', image: 'writable' }));
    expect((await asked()).reward).toBe(0);
    expect(source.handedOut).toHaveLength(1);
  });

  it('that say the session is as it was spare the next grade the loading', async () => {
    const { asked, headers } = judgeWith(says(HALF, { remains: 'graded', image: 'protected' }));
    await asked();
    await asked();
    expect(headers()).toEqual(['8 unsearched', '0 protected']);
  });

  it('that say the session has no judge after all have it loaded', async () => {
    const { asked, headers } = judgeWith(
      says(HALF, { remains: 'graded', image: 'protected' }),
      says({ unloaded: true }, null),
      says(HALF),
    );
    await asked();
    expect((await asked()).reward).toBe(0.5);
    await asked();
    expect(headers()).toEqual(['8 unsearched', '0 protected', '8 protected', '8 protected']);
  });

  it('that say everybody may write in an image are remembered', async () => {
    const { asked, headers } = judgeWith(says(HALF, { image: 'writable' }));
    await asked();
    await asked();
    expect(headers()).toEqual(['8 unsearched', '8 writable']);
  });

  it('that never come are of a sandbox which is not asked again', async () => {
    const { asked, headers } = judgeWith(
      says(HALF, { remains: 'graded', image: 'protected' }),
      fails('died'),
      says(HALF),
    );
    await asked();
    await asked();
    expect(headers()).toEqual(['8 unsearched', '0 protected', '8 protected']);
  });
});

describe('a test that passed by more than data', () => {
  const told = (liberties: string[], passed = true) =>
    says({
      tests: [
        { name: 'a', passed: true },
        { name: 'b', passed, liberties },
      ],
      usage: { seconds: 0.1, peak_kib: 9 },
    });
  const rewarded = async (own: string[], gold: string[], goldPasses = true) => {
    const { asked } = judgeWith(told(own), told(gold, goldPasses));
    return (await asked()).reward;
  };

  it('passes where the gold did the same', async () => {
    expect(await rewarded(['nan f(1)'], ['nan f(1)', 'object f(2)'])).toBe(1);
    expect(await rewarded(['object f(1)', 'use .pop'], ['named f(1)', 'own .pop'])).toBe(1);
    expect(await rewarded(['inconsistent f(1)'], ['object f(1)'])).toBe(1);
    expect(await rewarded(['named f(1)'], [])).toBe(1);
  });

  it.each(['nan f(1)', 'object f(1)', 'use .pop', 'inconsistent f(1)', 'changed a 12', 'inside f(1)'])(
    'fails where the gold had data: %s',
    async (liberty) => {
      expect(await rewarded([liberty], ['object f(2)'])).toBe(0.5);
    },
  );

  it('passes with objects alone where the gold gives no example', async () => {
    expect(await rewarded(['object f(1)', 'own .pop'], [], false)).toBe(1);
    for (const liberty of ['nan f(1)', 'use .pop', 'inconsistent f(1)', 'hidden Box.size', 'changed a 12'])
      expect({ liberty, reward: await rewarded([liberty], [], false) }).toEqual({ liberty, reward: 0.5 });
  });

  it('asks for the gold once', async () => {
    const { asked, source } = judgeWith(told(['nan f(1)']));
    await asked();
    await asked();
    expect(source.handedOut).toHaveLength(3);
  });
});

describe('a grade program that gives no number', () => {
  const { tests: _, ...plain } = RECORD;
  const record = (): PythonTaskRecord => ({ ...plain, grade: 'def grade(solution): ...' });
  const usage = { seconds: 0.1, peak_kib: 9 };
  const graded = (outcome: object) => says({ grade: { name: 'grade', ...outcome }, usage });
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
    expect((await asked(same)).reward).toBe(0);
  });

  it('means 0 where the gold gets one, for which it is asked once', async () => {
    const { asked, headers } = judgeWith(raises, works, raises);
    const same = record();
    expect((await asked(same)).reward).toBe(0);
    expect((await asked(same)).reward).toBe(0);
    expect(headers()).toHaveLength(3);
  });

  it.each([
    ['more than 1', { ...GRADE, value: 1000 }],
    ['less than 0', { ...GRADE, value: -1 }],
    ['none', { ...GRADE, value: null }],
    ['that of something else', { ...GRADE, name: 'a' }],
  ])('is not believed to have given %s', async (_, grade) => {
    const { asked, headers } = judgeWith(says({ grade, usage }), works);
    expect((await asked(record())).reward).toBe(0.5);
    expect(headers()).toHaveLength(2);
  });

  it('is not believed to have been asked where tests were', async () => {
    const { asked, headers } = judgeWith(says(HALF), works);
    expect((await asked(record())).reward).toBe(0.5);
    expect(headers()).toHaveLength(2);
  });

  it('means 0 without asking where the solution raised', async () => {
    const { asked, headers } = judgeWith(solutionRaises);
    expect((await asked(record())).reward).toBe(0);
    expect(headers()).toHaveLength(1);
  });
});
