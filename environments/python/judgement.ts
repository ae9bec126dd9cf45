import { z } from 'zod';

/** Why a test failed. */
export const TestError = z.object({
  /** Name of the exception's class, `WrongAnswer`, `TimeoutError`, `NonZeroExit` or `InterpreterLost`. */
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

const outcome = {
  name: z.string(),
  passed: z.boolean(),
  error: TestError.optional(),
};

/** What came of one test. */
export const TestOutcome = z.object(outcome);
export type TestOutcome = z.infer<typeof TestOutcome>;

/** What the solution's processes used, as the kernel counts it. */
export const Usage = z.object({
  /** Processor time over all tests, in seconds. */
  seconds: z.number().min(0),
  /** Highest resident memory of one process, in KiB. */
  peak_kib: z.number().min(0),
});
export type Usage = z.infer<typeof Usage>;

/** What the judge writes: the tests' outcomes, or the grade program's, or a fault of the sandbox. */
export const JudgeReply = z.union([
  z.object({ tests: z.array(TestOutcome), usage: Usage }),
  z.object({ grade: z.object({ ...outcome, value: z.number().nullish() }), usage: Usage }),
  z.object({ fault: z.string() }),
]);
export type JudgeReply = z.infer<typeof JudgeReply>;

/** The outcome of a grade. */
export interface Judgement {
  /** Share of tests passed, or what the grade program said, 0 to 1. */
  readonly score: number;
  /** In the record's order; a grade program is one test of the name `grade`. */
  readonly tests: readonly TestOutcome[];
  /** `null` where the judge did not live to tell. */
  readonly usage: Usage | null;
  readonly durationMs: number;
}
