import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../docker/sandbox.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { Work } from '../../../environments/python/work.ts';
import { result } from '../fake-sandbox.ts';

const FUNCTION: PythonTaskRecord = {
  id: 'f',
  instruction: 'x',
  entry: 'f',
  gold: 'x',
  tests: [{ name: 'a', args: [], value: 1 }],
};
const PROGRAM: PythonTaskRecord = {
  id: 'p',
  instruction: 'x',
  gold: 'x',
  tests: [{ name: 'a', stdin: '', stdout: '' }],
};

function workOf(...steps: [code: string, outcome?: Partial<RunResult>][]): Work {
  const work = new Work();
  for (const [code, outcome] of steps) work.add({ code }, result(outcome));
  return work;
}

describe('what is graded', () => {
  it('is the source that was submitted', () => {
    const work = workOf(['old']);
    expect(work.solution(FUNCTION, 'def f(): pass')).toEqual({
      steps: [{ code: 'def f(): pass' }],
      strict: true,
    });
    expect(work.solution(PROGRAM, 'f')).toEqual({ steps: [{ code: 'f' }], strict: true });
  });

  it('is without one what the session defines, steps that raised included', () => {
    const work = workOf(['a'], ['b', { exitCode: 1 }]);
    work.add({ code: 'c', stdin: '1' }, result());
    expect(work.solution(FUNCTION, undefined)).toEqual({
      steps: [{ code: 'a' }, { code: 'b' }, { code: 'c', stdin: '1' }],
      strict: false,
    });
  });

  it('is a function of the session where only its name is submitted', () => {
    const work = workOf(['def g(): pass']);
    const steps = [{ code: 'def g(): pass' }];
    expect(work.solution(FUNCTION, ' g ')).toEqual({ steps, strict: false, binding: 'f = g' });
    expect(work.solution(FUNCTION, 'f')).toEqual({ steps, strict: false });
  });

  it('leaves out steps that were cut, and everything before a crash', () => {
    const work = workOf(
      ['a'],
      ['crash', { sessionRestarted: true, exitCode: 139 }],
      ['b'],
      ['loop', { timedOut: true }],
    );
    expect(work.solution(FUNCTION, undefined).steps).toEqual([{ code: 'b' }]);
  });

  it('is of a program the last step that succeeded', () => {
    const work = workOf(['first'], ['second'], ['broken', { exitCode: 1 }]);
    expect(work.solution(PROGRAM, undefined)).toEqual({ steps: [{ code: 'second' }], strict: true });
    expect(workOf().solution(PROGRAM, undefined).steps).toEqual([]);
  });
});
