import type { TestError, TestOutcome } from './judge-reply.ts';
import type { PythonTaskRecord, PythonTest, Visibility } from './task.ts';

const STRICTNESS: readonly Visibility[] = ['hidden', 'names', 'full'];

/** What may be shown: the stricter of the task's setting (`hidden` by default) and the reset option. */
export function visibilityOf(record: PythonTaskRecord, asked: Visibility | undefined): Visibility {
  const own = record.visibility ?? 'hidden';
  if (asked === undefined) return own;
  return STRICTNESS.indexOf(asked) < STRICTNESS.indexOf(own) ? asked : own;
}

/** Each test's outcome for `info.tests`, or nothing. */
export function reportedTests(
  record: PythonTaskRecord,
  outcomes: readonly TestOutcome[],
  visibility: Visibility,
): readonly Record<string, unknown>[] | undefined {
  if (visibility === 'hidden') return undefined;
  return outcomes.map(({ name, passed, error }, index) => {
    if (visibility === 'names') return { name, passed };
    return { ...record.tests?.[index], name, passed, ...(error === undefined ? {} : { error }) };
  });
}

/**
 * Feedback in words, as in LeTI (Wang et al. 2023): the kind of error, the line of the agent's code, the message, and the first
 * failing example. Only what `visibility` allows: the solution controls the message and the name of an exception and could
 * put a hidden input into them, so they are shown only with `full`.
 */
export function feedbackOf(
  record: PythonTaskRecord,
  outcomes: readonly TestOutcome[],
  visibility: Visibility,
): string {
  const failed = outcomes.findIndex(({ passed }) => !passed);
  const outcome = outcomes[failed];
  if (outcome === undefined)
    return outcomes.length === 1 ? 'The test passed.' : `All ${outcomes.length} tests passed.`;
  const count = outcomes.filter(({ passed }) => !passed).length;
  const lines = [`${count} of ${outcomes.length} tests failed.`];
  if (visibility === 'hidden') return `${lines[0]} First failure: ${kindOf(outcome.error)}.`;
  lines.push(
    `First failure: ${JSON.stringify(outcome.name)}: ${kindOf(outcome.error)}${placeOf(outcome.error)}.`,
  );
  if (visibility === 'full') lines.push(...detailOf(record.tests?.[failed], outcome.error));
  return lines.join('\n');
}

function kindOf(error: TestError | undefined): string {
  if (error === undefined) return 'failed';
  if (error.of === 'solution') return error.base ?? error.type;
  return error.type === 'AssertionError' ? 'WrongAnswer' : error.type;
}

function placeOf(error: TestError | undefined): string {
  return typeof error?.line === 'number' ? ` in line ${error.line} of the solution` : '';
}

function detailOf(unit: PythonTest | undefined, error: TestError | undefined): string[] {
  const lines: string[] = [];
  if (error !== undefined && error.message !== '') lines.push(`${error.type}: ${error.message}`);
  if (unit !== undefined && 'args' in unit) {
    lines.push(`Arguments: ${unit.args.map((argument) => JSON.stringify(argument)).join(', ')}`);
    lines.push(`Expected: ${JSON.stringify(unit.value)}`);
  } else if (unit !== undefined && 'stdin' in unit) {
    lines.push(`Input:\n${unit.stdin}`, `Expected output:\n${unit.stdout}`);
  } else if (unit !== undefined) {
    lines.push(`Failed: ${error?.statement ?? unit.code}`);
  }
  if (error?.actual !== undefined) lines.push(`Got: ${error.actual}`);
  return lines;
}
