import { z } from 'zod';
import type { PythonTaskRecord } from './task.ts';

/** Why a test failed. */
export const TestError = z.object({
  /**
   * Name of the exception's class, `WrongAnswer`, `TimeoutError`, `NonZeroExit`, `InterpreterLost`, or `NotPlain`: it
   * passed, but by more than plain values, where the gold needs none.
   */
  type: z.string(),
  /** The built-in class that the solution's own exception belongs to. */
  base: z.string().optional(),
  message: z.string(),
  /** Line of the solution's own source, from 1. */
  line: z.number().int().nullable(),
  /** Whether the solution raised it, or the test's own code. */
  of: z.enum(['solution', 'test']),
  /** The statement of the test that failed. */
  statement: z.string().optional(),
  /** What the solution gave, as Python shows it. */
  actual: z.string().optional(),
});
export type TestError = z.infer<typeof TestError>;

/**
 * What the infrastructure may have to do with a test's outcome: the solution's process was killed or stopped by somebody
 * else, or the sandbox was paused meanwhile.
 */
export const Doubt = z.enum(['killed', 'stopped', 'disturbed']);
export type Doubt = z.infer<typeof Doubt>;

/** What came of one test. */
export const TestOutcome = z.object({
  name: z.string(),
  passed: z.boolean(),
  error: TestError.optional(),
  /** A grade program's number. */
  value: z.number().min(0).max(1).nullish(),
  doubt: Doubt.optional(),
  /**
   * What of the solution's answers was not simply data, in the words of `judge/process.py`: an object, NaN, infinity, a changed
   * argument. A test that passed with these passes only if the gold's answers are of that kind too.
   */
  liberties: z.array(z.string()).optional(),
});
export type TestOutcome = z.infer<typeof TestOutcome>;

/** What the solution's processes used, as the kernel counts it. */
export const Usage = z.object({
  /** Processor time over all tests, in seconds. */
  seconds: z.number().min(0),
  /** Highest resident memory of one process, in KiB. */
  peak_kib: z.number().min(0),
});
export type Usage = z.infer<typeof Usage>;

/** What the judge writes: the tests' outcomes, or the grade program's, or that the sandbox starts no solution. */
const JudgeReply = z.union([
  z.strictObject({ tests: z.array(TestOutcome), usage: Usage }),
  z.strictObject({ grade: TestOutcome, usage: Usage }),
  z.strictObject({ fault: z.string() }),
]);
export type JudgeReply = z.infer<typeof JudgeReply>;

/** What the session of the judge writes last. */
export const SessionReply = z.union([
  /** It has no judge: nothing has run. */
  z.strictObject({ unloaded: z.literal(true) }),
  z.strictObject({
    /** How the judge ended: `overrun` where it came to no end with what the solution gave it. */
    end: z.enum(['answered', 'overrun', 'killed', 'lost']),
    /** What the grade leaves behind; `graded` serves another grade without a reset. */
    remains: z.enum(['graded', 'used']),
    /** What is known of the image's files: whether everybody may write in some of them. */
    image: z.enum(['protected', 'writable', 'unknown']),
  }),
]);
export type SessionReply = z.infer<typeof SessionReply>;

/** A judge's reply to a grade of this record; `null` where it is none: of other tests, or of a number that is no reward. */
export function replyTo({ tests, grade }: PythonTaskRecord, told: unknown): JudgeReply | null {
  const read = JudgeReply.safeParse(told);
  if (!read.success || 'fault' in read.data) return read.data ?? null;
  if ('grade' in read.data) {
    const { name, passed, value } = read.data.grade;
    return grade !== undefined && name === 'grade' && (!passed || typeof value === 'number')
      ? read.data
      : null;
  }
  const { tests: outcomes } = read.data;
  const isWhole =
    outcomes.length === tests?.length && outcomes.every(({ name }, index) => name === tests[index]?.name);
  return isWhole ? read.data : null;
}

/** What the tests of a task say of a solution, beyond doubt. */
export interface TestReport {
  /** Share of tests passed, or what the grade program said, 0 to 1. */
  readonly reward: number;
  /** In the record's order; a grade program is one test of the name `grade`. */
  readonly tests: readonly TestOutcome[];
  /** `null` where the judge did not live to tell. */
  readonly usage: Usage | null;
  readonly durationMs: number;
}
