import type { ExplainedTest, Explanation } from '../../protocol/explanation.ts';
import type { TestError, TestReport } from './judge-reply.ts';
import type { PythonTaskRecord, PythonTest } from './task.ts';

/** What was graded. */
export interface GradedTests {
  readonly record: PythonTaskRecord;
  readonly report: TestReport;
  readonly components: Readonly<Record<string, number>>;
}

/** What a test runs, and what it expects. */
function facts(
  entry: string | undefined,
  test: PythonTest | undefined,
): Pick<ExplainedTest, 'call' | 'expected'> {
  if (test === undefined) return { call: 'grade(solution)' };
  if ('args' in test) {
    const call = `${entry}(${test.args.map((argument) => JSON.stringify(argument)).join(', ')})`;
    return { call, expected: JSON.stringify(test.value) };
  }
  if ('stdin' in test) return { call: `the program with the input:\n${test.stdin}`, expected: test.stdout };
  return { call: test.code };
}

function why({ line, message, of, statement, type }: TestError): string {
  const where = line === null ? '' : ` in line ${line} of the solution`;
  const what = message === '' ? type : `${type}: ${message}`;
  const failing = statement === undefined || of === 'solution' ? '' : `, at ${statement}`;
  return `${what}${where}${failing}`;
}

/** Why a reward for tests is what it is. */
export function explainedTests({ record, report, components }: GradedTests): Explanation {
  const { tests, usage } = report;
  const passed = tests.filter((test) => test.passed).length;
  const isProgram = record.grade !== undefined;
  const share = isProgram
    ? 'The number that the grade program gave.'
    : `${passed} of ${tests.length} tests passed.`;
  const used = usage === null ? 'The judge ended before it told what was used.' : '';
  const texts: Readonly<Record<string, string>> = {
    tests: share,
    time:
      usage === null
        ? used
        : `The solution used ${usage.seconds.toFixed(3)} s of processor time, compared to the gold's.`,
    memory:
      usage === null ? used : `The solution used ${usage.peak_kib} KiB of memory, compared to the gold's.`,
  };
  return {
    kind: 'tests',
    components: Object.entries(components).map(([name, value]) => ({
      name,
      value,
      made_of: texts[name] ?? '',
    })),
    notes: passed === tests.length && !isProgram ? ['All tests passed.'] : [],
    // Those that failed come first, as a long list is cut at its end.
    tests: tests
      .map(({ error, name, passed }, index): ExplainedTest => {
        const outcome = { name, passed, ...facts(record.entry, record.tests?.[index]) };
        if (error === undefined) return outcome;
        const got = error.actual === undefined ? {} : { got: error.actual };
        return { ...outcome, ...got, error: why(error) };
      })
      .sort((a, b) => Number(a.passed) - Number(b.passed)),
  };
}
