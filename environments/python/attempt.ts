import { SandboxError } from '../../docker/errors.ts';
import type { TestError, TestOutcome, TestReport, Usage } from './judge-reply.ts';
import type { PythonTaskRecord } from './task.ts';

/** What came of a grade in one sandbox. */
export interface Attempt {
  /** In the record's order; a grade program is one test of the name `grade`. */
  readonly tests: readonly TestOutcome[];
  /** `null` where the judge did not live to tell. */
  readonly usage: Usage | null;
  readonly durationMs: number;
  /** Why nothing is known of any test. @default something is */
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

/** Whether something else than the solution may be the reason for what came of it. */
export function isDoubtful({ missing, tests }: Attempt): boolean {
  return missing !== undefined || tests.some(({ doubt }) => doubt !== undefined);
}

/**
 * What two attempts come to. What is beyond doubt in the first stands: a solution that can bring a doubt about must not
 * gain another try by it.
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

/** An attempt of which it is shown that the solution is to blame for what it lacks. */
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

/** The failure of a grade of which it cannot be told who is to blame. */
export function ungraded({ missing, tests }: Attempt): SandboxError {
  if (missing !== undefined) return missing;
  const doubts = [...new Set(tests.flatMap(({ doubt }) => doubt ?? []))].join(', ');
  return new SandboxError(
    'runner_fault',
    `The grade was disturbed repeatedly (${doubts}), and so was the grade of the gold.`,
  );
}

/** The report of an attempt that is beyond doubt. */
export function reportOf({ tests, usage, durationMs }: Attempt, isProgram: boolean): TestReport {
  const passed = tests.filter((test) => test.passed);
  const reward = isProgram ? (passed[0]?.value ?? 0) : passed.length / tests.length;
  return { reward, tests, usage, durationMs };
}
