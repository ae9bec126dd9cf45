import { SandboxError } from '../../docker/errors.ts';
import type { TestError, TestOutcome, TestReport, Usage } from './judge-reply.ts';
import type { PythonTaskRecord } from './task.ts';

/** The result of a grade in one sandbox. */
export interface Attempt {
  /** In the record's order; a grade program is one test with the name `grade`. */
  readonly tests: readonly TestOutcome[];
  /** `null` if the judge ended before it reported. */
  readonly usage: Usage | null;
  readonly durationMs: number;
  /** Why the result of every test is unknown. @default not set: results are known */
  readonly missing?: SandboxError;
}

/** An attempt in which no test passed, for a reason that is the same for all. */
export function lostAttempt(
  record: PythonTaskRecord,
  { durationMs, missing, message }: { durationMs: number; missing?: SandboxError; message: string },
): Attempt {
  const names = record.tests?.map(({ name }) => name) ?? ['grade'];
  const error: TestError = { type: 'InterpreterLost', message, line: null, of: 'solution' };
  const tests = names.map((name) => ({ name, passed: false, error }));
  return { tests, usage: null, durationMs, ...(missing === undefined ? {} : { missing }) };
}

/** Whether something other than the solution may be the cause of the result. */
export function isDoubtful({ missing, tests }: Attempt): boolean {
  return missing !== undefined || tests.some(({ doubt }) => doubt !== undefined);
}

/**
 * The result of two attempts. Results of the first that are not in doubt are final: a solution that can cause a doubt must
 * not gain another try by it.
 */
export function merged(first: Attempt, second: Attempt): Attempt {
  const durationMs = first.durationMs + second.durationMs;
  if (first.missing !== undefined) return { ...second, durationMs };
  if (second.missing !== undefined) return { ...first, durationMs };
  const tests = first.tests.map((test, index) =>
    test.doubt === undefined ? test : (second.tests[index] ?? test),
  );
  return { tests, usage: second.usage, durationMs };
}

/** Whether a result is in doubt because other processes kept the machine busy, which no solution can cause. */
export function isStarved({ tests }: Attempt): boolean {
  return tests.some(({ doubt }) => doubt === 'starved');
}

/** An attempt whose missing results are the solution's fault. */
export function blamed(attempt: Attempt): Attempt {
  const { missing: _, ...rest } = attempt;
  return { ...rest, tests: attempt.tests.map((test) => (test.doubt === undefined ? test : failed(test))) };
}

function failed({ name, error }: TestOutcome): TestOutcome {
  const late: TestError = {
    type: 'TimeoutError',
    message: 'the test took more than its time',
    line: null,
    of: 'solution',
  };
  return { name, passed: false, error: error ?? late };
}

/** The failure of a grade whose disturbance has no known cause. */
export function ungraded({ missing, tests }: Attempt): SandboxError {
  if (missing !== undefined) return missing;
  const doubts = [...new Set(tests.flatMap(({ doubt }) => doubt ?? []))].join(', ');
  return new SandboxError(
    'runner_fault',
    `The grade was disturbed repeatedly (${doubts}). Grade on a machine that is less busy, or allow the tests more time.`,
  );
}

/** The report of an attempt that is not in doubt. */
export function reportOf({ tests, usage, durationMs }: Attempt, isProgram: boolean): TestReport {
  const passed = tests.filter((test) => test.passed);
  const reward = isProgram ? (passed[0]?.value ?? 0) : passed.length / tests.length;
  return { reward, tests, usage, durationMs };
}
