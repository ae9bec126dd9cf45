import { CHEATS, type Cheat } from './cheats.ts';

/** What `judge-decisions.test.ts`, `grade-programs.test.ts` and `environment.test.ts` try, each with tests or options of its own. */
const TRIED_ELSEWHERE: readonly Pick<Cheat, 'attempt' | 'stoppedBy'>[] = [
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
    stoppedBy: 'An error instead, unless the program names NaN.',
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
    'which decodes the answers into built-in types and compares by itself. `cheats.test.ts`, `judge-decisions.test.ts` and',
    '`environment.test.ts` make each attempt on both engines; `python-tasks.play.test.ts` those of the 60 built-in tasks.',
    '',
    '| attempt | stopped by |',
    '| --- | --- |',
    ...[...CHEATS, ...TRIED_ELSEWHERE].map(({ attempt, stoppedBy }) => `| ${attempt} | ${stoppedBy} |`),
    '',
    "An assertion between two objects of the solution's own classes (`Money(1) + Money(2) == Money(3)`) is decided by those classes:",
    'whoever writes tests for a class should also ask it for plain values. The built-in tasks do. A method that is called on such',
    "an object is its own too: `assert f(5).startswith('ab')` passes for any object that says so, `assert f(5)[:2] == 'ab'` does not.",
    '',
  ].join('\n');
}
