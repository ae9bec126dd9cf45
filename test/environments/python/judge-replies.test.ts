import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../../../docker/sandbox.ts';
import { PythonJudge } from '../../../environments/python/judge.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { FakeSource, type Script } from '../bash/fake-sandbox.ts';

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
const SOLUTION = { steps: [{ code: 'def f(): pass' }], strict: true };
const HALF = JSON.stringify({
  tests: [
    { name: 'a', passed: true, value: null },
    { name: 'b', passed: false, error: { type: 'X', message: '', line: null, of: 'test' } },
  ],
  usage: { seconds: 0.1, peak_kib: 9 },
});

/** A judge in sandboxes that answer its runs, the one that compiles apart, in this order. */
function judgeWith(...replies: NonNullable<Script['run']>[]) {
  const runs: RunRequest[] = [];
  const source = new FakeSource(
    {},
    {
      run: (request) => {
        if (request.code.includes('marshal.dumps')) return { output: 'Q09ERQ==\n' };
        runs.push(request);
        return replies[Math.min(runs.length, replies.length) - 1]?.(request) ?? {};
      },
    },
  );
  const judge = new PythonJudge(source);
  const asked = () => judge.judge({ name: 'python', digest: 'sha256:1' }, RECORD, SOLUTION);
  const headers = () => runs.map(({ stdin }) => stdin?.split('\n')[0]);
  return { asked, headers, source };
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

  it.each<[string, NonNullable<Script['run']>]>([
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
});
