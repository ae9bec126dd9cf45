import { z } from 'zod';
import { Ungradable } from '../../protocol/environment.ts';

const name = z.string().min(1);

/** A test of a Python task: a program, an input with its output, or a call with its value. */
export const PythonTest = z.union([
  /** Statements that run after the solution, like MBPP's tests; an exception fails the test. */
  z.strictObject({ name, code: z.string().min(1) }),
  /** The solution runs as a program; numbers and white space are compared as APPS does. */
  z.strictObject({ name, stdin: z.string(), stdout: z.string() }),
  /** The entry function is called; arguments and value are JSON. */
  z.strictObject({
    name,
    args: z.array(z.json()),
    value: z.json(),
    /** Another accepted value. */
    also: z.json().optional(),
  }),
]);
export type PythonTest = z.infer<typeof PythonTest>;

/** What a graded step shows: nothing, names and outcomes, or the tests with their errors. */
export const Visibility = z.enum(['hidden', 'names', 'full']);
export type Visibility = z.infer<typeof Visibility>;

/** One Python task as a dataset stores it. */
export const PythonTaskRecord = z
  .strictObject({
    /** Unique in its dataset, kebab-case. */
    id: z.string().min(1),
    /** What the agent is asked to do. */
    instruction: z.string().min(1),
    /** Function that the tests call, or an expression for it; tasks that are whole programs have none. */
    entry: z.string().min(1).optional(),
    /** Source of a solution. */
    gold: z.string().min(1),
    /** Source that runs before solution and tests, and in the session. */
    setup: z.string().optional(),
    /** The reward is the share of tests that pass. A task has either `tests` or `grade`. */
    tests: z.array(PythonTest).min(1).optional(),
    /**
     * Source of a program that defines `grade(solution)`, which returns the reward, 0 to 1. The judge runs it. The solution's
     * names are attributes of `solution`. Their calls run in the solution process and return plain values (NaN is an error,
     * unless the program names it). `solution.run(stdin)` runs the solution as a program and returns its output and exit
     * status (None after the deadline). The program must give the gold a number. If it does and it fails on a solution's
     * values, the solution gets 0; if it does not, every such grade is a failure.
     */
    grade: z.string().min(1).optional(),
    /** Time limit of one test or of the grade program, in milliseconds. @default 5000 */
    test_timeout_ms: z.number().int().min(100).max(60_000).optional(),
    /** What a graded step shows about each test. @default hidden */
    visibility: Visibility.optional(),
    tags: z.array(z.string()).optional(),
    /** Plausible but wrong solutions: each must fail a test. */
    wrong: z.array(z.string()).optional(),
    /** Attempts to get a reward without solving the task: each must score as a no-op. */
    cheats: z.array(z.string()).optional(),
    /** Why it cannot be graded; set by an import or a check. */
    ungradable: Ungradable.optional(),
  })
  .refine((task) => (task.tests === undefined) !== (task.grade === undefined), {
    message: 'a task has either `tests` or a `grade` program',
    path: ['tests'],
  })
  .refine((task) => task.entry !== undefined || !task.tests?.some((test) => 'args' in test), {
    message: 'a task whose tests call a function must name it in `entry`',
    path: ['entry'],
  });
export type PythonTaskRecord = z.infer<typeof PythonTaskRecord>;
