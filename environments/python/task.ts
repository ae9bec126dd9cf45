import { z } from 'zod';
import { Ungradable } from '../../protocol/environment.ts';

const name = z.string().min(1);

/** A test of a Python task: a program, an input with its output, or a call with its value. */
export const PythonTest = z.union([
  /** Statements run after the solution, as MBPP's tests are; an exception is a failed test. */
  z.strictObject({ name, code: z.string().min(1) }),
  /** The solution runs as a program; numbers and white space are compared as APPS does. */
  z.strictObject({ name, stdin: z.string(), stdout: z.string() }),
  /** The entry function is called; arguments and value are JSON. */
  z.strictObject({
    name,
    args: z.array(z.json()),
    value: z.json(),
    /** Another value that counts too. */
    also: z.json().optional(),
  }),
]);
export type PythonTest = z.infer<typeof PythonTest>;

/** What a graded step tells: nothing, names and outcomes, or the tests themselves with what went wrong. */
export const Visibility = z.enum(['hidden', 'names', 'full']);
export type Visibility = z.infer<typeof Visibility>;

/** One Python task as a dataset stores it. */
export const PythonTaskRecord = z
  .strictObject({
    /** Unique in its dataset, kebab-case. */
    id: z.string().min(1),
    /** What the agent is told. */
    instruction: z.string().min(1),
    /** Function that the tests call, or an expression for one; tasks that are whole programs have none. */
    entry: z.string().min(1).optional(),
    /** Source of a solution. */
    gold: z.string().min(1),
    /** Source run before solution and tests, in the session too. */
    setup: z.string().optional(),
    /** The reward is the share of them that pass. A task has these or `grade`. */
    tests: z.array(PythonTest).min(1).optional(),
    /**
     * Source of a program that defines `grade(solution)`, which returns the reward, 0 to 1. It is run by the judge; the
     * solution's names are attributes of `solution`, whose calls are made where the solution is and give plain values
     * (NaN is an error, unless the program names it);
     * `solution.run(stdin)` runs it as a program and returns its output and exit status (None past the deadline). It must
     * give the gold a number: then a solution with whose values it fails gets 0, else every such grade is a failure.
     */
    grade: z.string().min(1).optional(),
    /** Time of one test or of the grade program, in milliseconds. @default 5000 */
    test_timeout_ms: z.number().int().min(100).max(60_000).optional(),
    /** What a graded step tells of each test. @default hidden */
    visibility: Visibility.optional(),
    tags: z.array(z.string()).optional(),
    /** Plausible but wrong solutions: each must fail a test. */
    wrong: z.array(z.string()).optional(),
    /** Attempts to raise the score without solving the task: each must score as if it solved nothing. */
    cheats: z.array(z.string()).optional(),
    /** Why it cannot be graded; an import or a check marks it. */
    ungradable: Ungradable.optional(),
  })
  .refine((task) => (task.tests === undefined) !== (task.grade === undefined), {
    message: 'a task has either `tests` or a `grade` program',
    path: ['tests'],
  })
  .refine((task) => task.entry !== undefined || !task.tests?.some((test) => 'args' in test), {
    message: 'a task whose tests call a function names it in `entry`',
    path: ['entry'],
  });
export type PythonTaskRecord = z.infer<typeof PythonTaskRecord>;
