import { CHEATS, type Cheat } from './cheats.ts';

/**
 * What `gallery.test.ts`, `judge-limits.test.ts`, `judge-decisions.test.ts`, `grade-programs.test.ts` and
 * `environment.test.ts` try, each with tests or options of its own.
 */
const TRIED_ELSEWHERE: readonly Pick<Cheat, 'attempt' | 'stoppedBy'>[] = [
  {
    attempt: 'looking for what a test expects among the globals of the solution or its callers',
    stoppedBy:
      'What assertions rest on is computed in the judge; code that has to run beside the solution has names of its own, which are gone after the test.',
  },
  {
    attempt:
      'other functions in the place of built-in ones, of helpers of the setup and of `__build_class__`',
    stoppedBy:
      "The judge has its own; the test's code in the solution process uses those that were there before the solution's code.",
  },
  {
    attempt: 'a subclass of `str` or `list` whose methods (`startswith`, `count`, `__contains__`) say yes',
    stoppedBy:
      'It arrives as the plain value that it is; the judge calls the method of that, and itself runs `all`, `any` and their like.',
  },
  {
    attempt: 'an object whose `__contains__` says yes',
    stoppedBy: "The judge looks for a plain value among the object's items.",
  },
  {
    attempt: 'NaN for a `grade` program, whose `max(0.0, min(1.0, nan))` is 1.0',
    stoppedBy:
      'An error instead, unless the program names NaN; also where `min` or `max` get a NaN that the program made of infinities.',
  },
  {
    attempt: 'NaN and infinity in statements (`assert not abs(f(3) - 6) > 0.1`)',
    stoppedBy: "Noticed, and refused where the gold's are numbers.",
  },
  {
    attempt:
      'an instance of a setup class with a method, property or special method of its own (`b.equals = …`)',
    stoppedBy: 'Only data crosses; a name that exists on the class is refused. The judge asks its own class.',
  },
  {
    attempt: 'a subclass of a setup class, another class of its name, a patched one',
    stoppedBy: "The first arrives as a reference, the others as an instance of the judge's own class.",
  },
  {
    attempt:
      'an object within an instance, with an `__iter__` that ends at once, an `__eq__` or `__len__` that lies',
    stoppedBy: 'Noticed, and refused where the gold has data there.',
  },
  {
    attempt: "emptying or changing a test's own argument (`a.clear(); return []` against `sorted(a)`)",
    stoppedBy:
      'The test is run again with arguments that stay as they are; where it then fails, the gold has to change them likewise.',
  },
  {
    attempt:
      "an exception of a setup class with attributes that lie, an `__exit__` that ends the test's own errors",
    stoppedBy: 'As with instances; an assertion of the test is never ended by an `__exit__`.',
  },
  {
    attempt: 'a class of its own that equals anything',
    stoppedBy: "It is asked whether it equals a random number too; refused where the gold's does not.",
  },
  {
    attempt: 'killing or stopping itself, so that the judge suspects somebody else and tries again',
    stoppedBy:
      "The solution process's system call filter; `test/faults/python-grades.test.ts` tries each way, and all are graded once.",
  },
  {
    attempt:
      "an answer in the form of the judge's reply, for a test, setup or grade program that prints it to standard error",
    stoppedBy:
      'What these print goes nowhere; a reply counts with the nonce of its run alone, which no solution process ever held, and if it is of the tests of the record.',
  },
  {
    attempt:
      'ending in a thread of the test, or where the test catches everything, so that nobody hears of it',
    stoppedBy: 'A test during which the process was lost fails.',
  },
  {
    attempt:
      'children and threads of children that take the processors, or a lower priority, to have more time',
    stoppedBy:
      "Waiting counts as far as the solution's own processes are the reason; the filter refuses to change priorities.",
  },
  {
    attempt: "looking for the tests in memory that the solution's process inherits",
    stoppedBy: 'It is a fork of a process that never read them, nor the nonce.',
  },
  {
    attempt: 'millions of blank lines, so that the judge has no memory left',
    stoppedBy: 'Outputs are compared word by word, none of them held.',
  },
  {
    attempt: 'a float near a large whole number',
    stoppedBy: 'It may be off by 1e-6, however large the number is.',
  },
  {
    attempt: 'work in a process that nobody waits for, where efficiency is scored',
    stoppedBy:
      'The filter then refuses to start processes, by any call; threads are counted with their process.',
  },
];

/** `cheats.md`, in Markdown. */
export function cheatsDocument(): string {
  return [
    '# Attempts to cheat a Python grade, and what stops them',
    '',
    'Made by `npx vitest run test/environments/python/cheats.test.ts -u` from `cheats.ts`.',
    '',
    'A grade runs the work in a *solution process* of a fresh sandbox. That process is a fork of one that never held a test; it has',
    'another user than the judge, no capabilities, no descriptors but its channel, and limits. What is expected stays in the judge,',
    'which decodes the answers into built-in types and compares by itself. `cheats.test.ts`, `judge-decisions.test.ts`,',
    '`gallery.test.ts` and others make each attempt on both engines; `python-tasks.play.test.ts` those of the 60 built-in tasks.',
    '',
    '| attempt | stopped by |',
    '| --- | --- |',
    ...[...CHEATS, ...TRIED_ELSEWHERE].map(({ attempt, stoppedBy }) => `| ${attempt} | ${stoppedBy} |`),
    '',
    "An assertion between two objects of the solution's own classes (`Money(1) + Money(2) == Money(3)`) is decided by those classes:",
    'a test of a class should also ask it for plain values. The built-in tasks do. A method that is called on such an object is its',
    "own too, where the gold's answer is an object as well: then `assert f(5).startswith('ab')` passes for any object that says so.",
    '',
    'Not stopped: what a test has run beside the solution can be changed by it. These are coroutines that the solution runs, classes',
    "made from the solution's, `Mock` and `io.StringIO`, files that a test opens, objects of the test that the solution must have as",
    'the same ones (given to it twice, compared with `is`), and data that the test goes on to use after an object of the solution may',
    "have changed it. What is expected and is computed from these is computed there too, with the test's own names, but with functions",
    'of modules that the solution can replace (`Mock.assert_called_with`, for example), and it can be found through',
    'frames. A setup whose functions use `global`, or names that it does not define, shares the globals of the solution. Such a test',
    'should compare with plain data that is written out.',
    '',
  ].join('\n');
}
