import type { PythonTaskRecord } from './task.ts';

/** One piece of the work to be graded. */
export interface SolutionStep {
  readonly code: string;
  /** What it reads on standard input. @default nothing */
  readonly stdin?: string;
}

/** The work to be graded. */
export interface Solution {
  readonly steps: readonly SolutionStep[];
  /** An exception of a step fails everything; without it the next step goes on, as in a session. */
  readonly strict: boolean;
  /** A statement run last, which must not raise. @default none */
  readonly binding?: string;
  /** It may start threads but no processes, so that all that it uses is counted. @default false */
  readonly alone?: boolean;
  /** Time of all its tests, in seconds, at most 60. @default 60 */
  readonly seconds?: number;
}

/** A task's gold as work to be graded. */
export function goldSolution({ gold }: PythonTaskRecord): Solution {
  return { steps: [{ code: gold }], strict: true };
}

/** Time in which the work has to be loaded, in seconds. */
const LOAD_SECONDS = 10;
/** Time of one test that names none of its own, in seconds. */
const TEST_SECONDS = 5;
/** Longest time of all tests of one grade, in seconds. */
export const ALL_SECONDS = 60;

/** The job and its plan, as the judge reads them. @param nonce of the reply; no solution process may learn it */
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
