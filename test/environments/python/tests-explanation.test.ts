import { expect, it } from 'vitest';
import { explainedTests } from '../../../environments/python/tests-explanation.ts';

const RECORD = {
  id: 't',
  instruction: 'x',
  entry: 'f',
  gold: 'gold',
  tests: [
    { name: 'sum', args: [1, [2]], value: 3 },
    { name: 'program', stdin: '1 2', stdout: '3' },
    { name: 'assert', code: 'assert f(1) == 2' },
    { name: 'fine', args: [], value: null },
  ],
};

it('shows what each failed test runs, expects and got', () => {
  const error = { message: '', line: null, of: 'test' } as const;
  const report = {
    reward: 0.25,
    durationMs: 1,
    usage: { seconds: 0.5, peak_kib: 1024 },
    tests: [
      { name: 'fine', passed: true },
      { name: 'program', passed: false, error: { ...error, type: 'WrongAnswer', actual: '4' } },
      {
        name: 'assert',
        passed: false,
        error: { ...error, type: 'AssertionError', statement: 'assert f(1) == 2', actual: '7' },
      },
      {
        name: 'crash',
        passed: false,
        error: { type: 'ZeroDivisionError', message: 'division by zero', line: 3, of: 'solution' as const },
      },
    ],
  };
  const explanation = explainedTests({ record: RECORD, report, components: { tests: 0.25 } });
  expect(explanation).toMatchObject({
    kind: 'tests',
    components: [{ name: 'tests', value: 0.25, made_of: '1 of 4 tests passed.' }],
    tests: [
      { name: 'program', call: 'the program with the input:\n1 2', expected: '3', got: '4' },
      { name: 'assert', call: 'assert f(1) == 2', got: '7', error: 'AssertionError, at assert f(1) == 2' },
      { name: 'crash', error: 'ZeroDivisionError: division by zero in line 3 of the solution' },
      { name: 'fine', passed: true, call: 'f(1, [2])', expected: '3' },
    ],
  });
});

it('tells of a grade program that it gave a number', () => {
  const { tests: _, ...program } = RECORD;
  const report = {
    reward: 0.4,
    durationMs: 1,
    usage: null,
    tests: [{ name: 'grade', passed: true, value: 0.4 }],
  };
  const explanation = explainedTests({
    record: { ...program, grade: 'def grade(): ...' },
    report,
    components: { tests: 0.4 },
  });
  expect(explanation.components).toMatchObject([{ made_of: 'The number that the grade program gave.' }]);
  expect(explanation.tests).toEqual([{ name: 'grade', passed: true, call: 'grade(solution)' }]);
});
