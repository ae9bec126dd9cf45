import { describe, expect, it } from 'vitest';
import { efficiencyReward } from '../../../environments/python/efficiency.ts';
import { feedbackOf, reportedTests, visibilityOf } from '../../../environments/python/feedback.ts';
import type { TestOutcome, TestReport } from '../../../environments/python/judge-reply.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';

const RECORD: PythonTaskRecord = {
  id: 't',
  instruction: 'x',
  entry: 'f',
  gold: 'x',
  tests: [
    { name: 'plain', code: 'assert f(1) == 2' },
    { name: 'call', args: [3], value: 4 },
  ],
};
const OUTCOMES: TestOutcome[] = [
  { name: 'plain', passed: true },
  {
    name: 'call',
    passed: false,
    error: { type: 'Odd', base: 'ValueError', message: 'secret 3', line: 7, of: 'solution' },
  },
];

describe('what is reported about tests', () => {
  it('is the stricter of what task and reset say', () => {
    expect(visibilityOf(RECORD, undefined)).toBe('hidden');
    expect(visibilityOf(RECORD, 'full')).toBe('hidden');
    expect(visibilityOf({ ...RECORD, visibility: 'full' }, undefined)).toBe('full');
    expect(visibilityOf({ ...RECORD, visibility: 'full' }, 'names')).toBe('names');
  });

  it('is nothing, outcomes by name, or the tests themselves', () => {
    expect(reportedTests(RECORD, OUTCOMES, 'hidden')).toBeUndefined();
    expect(reportedTests(RECORD, OUTCOMES, 'names')).toEqual([
      { name: 'plain', passed: true },
      { name: 'call', passed: false },
    ]);
    expect(reportedTests(RECORD, OUTCOMES, 'full')?.[1]).toMatchObject({
      name: 'call',
      args: [3],
      value: 4,
      passed: false,
      error: { line: 7 },
    });
  });
});

describe('feedback', () => {
  it('holds as much as may be told', () => {
    const hidden = feedbackOf(RECORD, OUTCOMES, 'hidden');
    expect(hidden).toBe('1 of 2 tests failed. First failure: ValueError.');
    const names = feedbackOf(RECORD, OUTCOMES, 'names');
    expect(names).toContain('"call": ValueError in line 7 of the solution');
    expect(names).not.toMatch(/secret|Odd/);
    const full = feedbackOf(RECORD, OUTCOMES, 'full');
    expect(full).toContain('Odd: secret 3');
    expect(full).toContain('Arguments: 3\nExpected: 4');
  });

  it('shows the failed statement and what it got', () => {
    const error = {
      type: 'AssertionError',
      message: '',
      line: null,
      of: 'test' as const,
      statement: 'assert f(1) == 2',
      actual: '5',
    };
    const said = feedbackOf(RECORD, [{ name: 'plain', passed: false, error }], 'full');
    expect(said).toContain('WrongAnswer');
    expect(said).toContain('Failed: assert f(1) == 2\nGot: 5');
  });

  it('says so where nothing failed', () => {
    expect(feedbackOf(RECORD, [{ name: 'plain', passed: true }], 'hidden')).toBe('The test passed.');
  });
});

describe('the efficiency reward', () => {
  const gold = { seconds: 0.1, peak_kib: 10_000 };
  const report = (reward: number, seconds: number, peak_kib: number): TestReport => ({
    reward,
    tests: [],
    usage: { seconds, peak_kib },
    durationMs: 1,
  });

  it('is 1 for what is right and needs no more than the gold', () => {
    expect(efficiencyReward(report(1, 0.1, 10_000), gold).reward).toBe(1);
    expect(efficiencyReward(report(1, 0.01, 5_000), gold).reward).toBe(1);
  });

  it('takes a part for time and one for memory', () => {
    const { reward, components } = efficiencyReward(report(1, 0.21, 40_000), gold);
    expect(components.tests).toBe(0.5);
    expect(components.time).toBeCloseTo(0.125);
    expect(components.memory).toBeCloseTo(0.0625);
    expect(reward).toBeCloseTo(0.6875);
  });

  it('gives nothing for speed to what is wrong', () => {
    expect(efficiencyReward(report(0.5, 0.001, 1), gold)).toEqual({
      reward: 0.25,
      components: { tests: 0.25, time: 0, memory: 0 },
    });
    expect(efficiencyReward({ ...report(0, 0, 0), usage: null }, gold).reward).toBe(0);
  });
});
