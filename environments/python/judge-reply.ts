import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { PythonTaskRecord } from './task.ts';

/** Why a test failed. */
export const TestError = z.object({
  /**
   * Name of the exception's class, `WrongAnswer`, `TimeoutError`, `NonZeroExit`, `InterpreterLost`, or `NotPlain`: the test
   * passed, but only with more than plain values, which the gold does not need.
   */
  type: z.string(),
  /** The built-in base class of the solution's own exception. */
  base: z.string().optional(),
  message: z.string(),
  /** Line in the solution's source, from 1. */
  line: z.number().int().nullable(),
  /** Whether the solution raised it, or the test's code. */
  of: z.enum(['solution', 'test']),
  /** The statement of the test that failed. */
  statement: z.string().optional(),
  /** The solution's value, as Python shows it. */
  actual: z.string().optional(),
});
export type TestError = z.infer<typeof TestError>;

/**
 * How the infrastructure may have changed a test's outcome: something else killed or stopped the solution's process, the
 * sandbox was paused meanwhile, or other processes left it so little of the processors that it cannot be told who took too long.
 */
export const Doubt = z.enum(['killed', 'stopped', 'disturbed', 'starved']);
export type Doubt = z.infer<typeof Doubt>;

/** The outcome of one test. */
export const TestOutcome = z.object({
  name: z.string(),
  passed: z.boolean(),
  error: TestError.optional(),
  /** The number that a grade program returned. */
  value: z.number().min(0).max(1).nullish(),
  doubt: Doubt.optional(),
  /**
   * Notes on the solution's answers that were not plain data, in the words of `judge/process.py`: an object, NaN, infinity, a
   * changed argument. A test that passed with notes counts only if the gold's answers have the same notes.
   */
  liberties: z.array(z.string()).optional(),
});
export type TestOutcome = z.infer<typeof TestOutcome>;

/** Resources that the solution's processes used, as the kernel counts them. */
export const Usage = z.object({
  /** Processor time over all tests, in seconds. */
  seconds: z.number().min(0),
  /** Peak resident memory of one process, in KiB. */
  peak_kib: z.number().min(0),
});
export type Usage = z.infer<typeof Usage>;

/** The judge's reply: the outcomes of the tests or of the grade program, or that no solution process can start. */
const JudgeReply = z.union([
  z.strictObject({ tests: z.array(TestOutcome), usage: Usage }),
  z.strictObject({ grade: TestOutcome, usage: Usage }),
  z.strictObject({ fault: z.string() }),
]);
export type JudgeReply = z.infer<typeof JudgeReply>;

/** The last frame, from the judge's session. */
export const SessionReply = z.union([
  /** The session has no judge, so nothing has run. */
  z.strictObject({ unloaded: z.literal(true) }),
  z.strictObject({
    /** How the judge ended; `overrun`: the solution's values kept it from ending. */
    end: z.enum(['answered', 'overrun', 'killed', 'lost']),
    /** What the grade leaves behind; `graded` serves another grade without a reset. */
    remains: z.enum(['graded', 'used']),
    /** What is known of the image's files: whether every user may write to some of them. */
    image: z.enum(['protected', 'writable', 'unknown']),
  }),
]);
export type SessionReply = z.infer<typeof SessionReply>;

/** A judge's reply to a grade of this record; `null` if it has other tests, or a number that is not a reward. */
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

/** The outcome of a grade. */
export interface TestReport {
  /** Share of tests passed, or the grade program's number, 0 to 1. */
  readonly reward: number;
  /** In the record's order; a grade program is one test with the name `grade`. */
  readonly tests: readonly TestOutcome[];
  /** `null` if the judge ended before it reported. */
  readonly usage: Usage | null;
  readonly durationMs: number;
}

const NEWLINE = 0x0a;
/** `<length in bytes>\n`, at most ten digits long. */
const LENGTH = /^(\d{1,10})$/;

/** Marks the frames of one run. The judge and its session know it, but no solution process does. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** The texts of all complete frames with this nonce in an output. Anything else may be forged and is ignored. */
export function framesIn(output: Buffer, nonce: string): string[] {
  const mark = `\n${nonce} `;
  const found: string[] = [];
  let from = 0;
  for (;;) {
    const at = output.indexOf(mark, from);
    if (at < 0) return found;
    from = at + mark.length;
    const end = output.indexOf(NEWLINE, from);
    const length = LENGTH.exec(output.toString('latin1', from, Math.max(from, end)))?.[1];
    if (length === undefined) continue;
    const start = end + 1;
    if (start + Number(length) > output.length) continue;
    from = start + Number(length);
    found.push(output.toString('utf8', start, from));
  }
}
