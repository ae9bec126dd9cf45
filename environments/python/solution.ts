import type { PythonTaskRecord } from './task.ts';

/** One step of the work to grade. */
export interface SolutionStep {
  readonly code: string;
  /** What it reads on standard input. @default nothing */
  readonly stdin?: string;
}

/** The work to grade. */
export interface Solution {
  readonly steps: readonly SolutionStep[];
  /** Whether an exception of a step fails everything. If false, the next step runs, as in a session. */
  readonly strict: boolean;
  /** A statement that runs last and must not raise an exception. @default none */
  readonly binding?: string;
  /** Whether it may start only threads, no processes, so that all its resources are counted. @default false */
  readonly alone?: boolean;
  /** Time of all its tests, in seconds, at most 60. @default 60 */
  readonly seconds?: number;
}

/** A task's gold as work to grade. */
export function goldSolution({ gold }: PythonTaskRecord): Solution {
  return { steps: [{ code: gold }], strict: true };
}

/** Time limit to load the work, in seconds. */
const LOAD_SECONDS = 10;
/** Default time limit of one test, in seconds. */
const TEST_SECONDS = 5;
/** Time limit of all tests of one grade, in seconds. */
export const ALL_SECONDS = 60;

/** The job and its plan, as the judge reads them. @param nonce of the reply; no solution process may know it */
export function workOf(record: PythonTaskRecord, solution: Solution, nonce: string): string {
  const job = {
    setup: record.setup ?? '',
    steps: solution.steps,
    strict: solution.strict,
    binding: solution.binding ?? null,
  };
  const plan = {
    nonce,
    tests: record.tests ?? [],
    entry: record.entry ?? null,
    grade: record.grade ?? null,
    alone: solution.alone ?? false,
    seconds: {
      load: LOAD_SECONDS,
      test: (record.test_timeout_ms ?? TEST_SECONDS * 1000) / 1000,
      all: Math.min(ALL_SECONDS, solution.seconds ?? ALL_SECONDS),
    },
  };
  return `${part(job)}${part(plan)}`;
}

/** JSON with its length in bytes on a line before it. */
function part(value: unknown): string {
  const text = JSON.stringify(value);
  return `${Buffer.byteLength(text)}\n${text}`;
}
