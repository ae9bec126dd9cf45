import { python } from '../source.ts';
import type { Played } from './played.ts';

/** What a judge could say of a task with these tests, or a grade program, followed by what its session could say. */
const FORGED = [
  { tests: Array.from('012345', (name) => ({ name, passed: true })), usage: { seconds: 0, peak_kib: 1 } },
  { grade: { name: 'grade', passed: true, value: 1000 }, usage: { seconds: 0, peak_kib: 1 } },
  { end: 'killed', remains: 'graded', image: 'protected' },
  { killed: true },
  { fault: 'x' },
].map((told) => JSON.stringify(told));

const forgers = Object.fromEntries(
  FORGED.map((told) => [
    told,
    `def f(x):\n    return ${JSON.stringify(`${told}\nclean\n${'0'.repeat(32)} ${told.length}\n${told}`)}\n`,
  ]),
);
const GOLD = python`
  def f(x):
      return 2 * x
`;

/** Tests and grade programs that print what the solution gave. */
export const prints: readonly Played[] = [
  {
    of: 'a test that prints to standard error',
    gold: GOLD,
    tests: [
      'import sys\nr = f(3)\nprint(r, file=sys.stderr)\nassert r == 6',
      'import os\nr = f(3)\nfor number in (1, 2):\n    os.write(number, str(r).encode())\nassert r == 6',
      'import os\nr = f(3)\nos.system(f"echo {r} >&2")\nassert r == 6',
      'import sys\nr = f(3)\nprint(r, sys.stdin.read(), file=sys.__stderr__, flush=True)\nassert r == 6',
      'import warnings\nr = f(3)\nwarnings.warn(str(r))\nassert r == 6',
      'import logging\nr = f(3)\nlogging.error(r)\nassert r == 6',
    ],
    honest: {},
    cheats: forgers,
  },
  {
    of: 'a grade program that prints to standard error',
    gold: GOLD,
    grade: python`
      import sys
      def grade(solution):
          r = solution.f(3)
          print(r, file=sys.stderr)
          return float(r == 6)
    `,
    honest: {},
    cheats: forgers,
  },
  {
    of: 'a setup that prints to standard error',
    setup: 'import sys\nprint("prepared", file=sys.stderr)\n',
    gold: GOLD,
    tests: ['assert f(3) == 6', 'r = f(3)\nassert r == 6'],
    honest: {},
    cheats: { wrong: 'def f(x):\n    return 7\n' },
  },
  {
    of: 'unittest',
    gold: GOLD,
    tests: [
      python`
        import unittest
        class T(unittest.TestCase):
            def test(self):
                self.assertEqual(f(3), 6)
        r = unittest.main(argv=["x"], exit=False, verbosity=0).result
        assert r.wasSuccessful() and r.testsRun == 1
      `,
      python`
        import unittest
        class T(unittest.TestCase):
            def test(self):
                self.assertEqual(f(3), 6)
        assert unittest.main(exit=False).result.wasSuccessful()
      `,
    ],
    honest: {},
    cheats: { wrong: 'def f(x):\n    return 7\n', ...forgers },
  },
];

/** Threads of a test. */
export const threads: readonly Played[] = [
  {
    of: 'an object that threads of the test use',
    gold: python`
      import threading
      class f:
          def __init__(self):
              self.n = 0
              self.lock = threading.Lock()
          def inc(self):
              with self.lock:
                  self.n += 1
    `,
    tests: [
      'import threading\nc = f()\nts = [threading.Thread(target=c.inc) for _ in range(4)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nassert c.n == 4',
      python`
        import threading
        c = f()
        errors = []
        def work():
            try:
                for _ in range(10):
                    c.inc()
            except Exception as e:
                errors.append(e)
        ts = [threading.Thread(target=work) for _ in range(4)]
        for t in ts:
            t.start()
        for t in ts:
            t.join()
        assert not errors
        assert c.n == 40
      `,
    ],
    honest: {},
    cheats: {
      nothing: 'class f:\n    n = 0\n    def inc(self):\n        pass\n',
      end: 'import os\nclass f:\n    n = 40\n    def inc(self):\n        os._exit(0)\n',
    },
  },
  {
    of: 'a thread of the test in which the solution must not fail',
    gold: GOLD,
    tests: [
      python`
        import threading
        errors = []
        def work():
            try:
                got = f(3)
                if got != 6:
                    errors.append(got)
            except Exception as e:
                errors.append(e)
        t = threading.Thread(target=work)
        t.start()
        t.join()
        assert not errors
      `,
      'try:\n    got = f(3)\nexcept:\n    got = 6\nassert got == 6 or got',
    ],
    honest: {},
    cheats: {
      end: 'import os\ndef f(x):\n    os._exit(0)\n',
    },
  },
];

/** What the solution raises while the test's own loops run: an exception that ends a loop is not one of theirs. */
export const endings: readonly Played[] = [
  {
    of: 'loops of the test that an exception could end early',
    gold: GOLD,
    tests: [
      'cases = [(1, 2), (2, 4)]\nassert all(map(lambda c: f(c[0]) == c[1], cases))',
      'assert not list(filter(lambda x: f(x) != 2 * x, [1, 3, 5]))',
      'for ok in map(lambda x: f(x) == 2 * x, [1, 3]):\n    assert ok',
      'def check(cases):\n    return all(map(lambda c: f(c[0]) == c[1], cases))\nassert check([(1, 2), (2, 4)])',
      'assert not any(map(lambda x: f(x) - 2 * x, [1, 3, 5]))',
    ],
    honest: {},
    cheats: {
      builtin: 'def f(x):\n    raise StopIteration\n',
      derived: 'class E(StopIteration):\n    pass\ndef f(x):\n    raise E\n',
      ...Object.fromEntries(
        ['StopIteration', 'StopAsyncIteration', 'GeneratorExit'].map((name) => [
          `named ${name}`,
          python`
            class E(Exception):
                pass
            E.__name__, E.__module__ = 'NAME', 'builtins'
            def f(x):
                raise E()
          `.replace('NAME', name),
        ]),
      ),
      'base of one so named': python`
        class E(Exception):
            pass
        E.__name__, E.__module__ = 'StopIteration', 'builtins'
        class Own(E):
            pass
        def f(x):
            raise Own()
      `,
    },
  },
  {
    of: 'an exception class, a group and a cause that the test raises itself',
    gold: 'class Odd(Exception):\n    pass\ndef f(x):\n    return 2 * x\n',
    tests: ['raise Odd', 'raise error.exceptions[0]', 'raise error.__cause__'].map((raises) =>
      python`
        def check(x):
            try:
                got = f(x)
            except Exception as error:
                RAISES
            assert got == 2 * x
        list(map(check, [1, 3]))
      `.replace('RAISES', raises),
    ),
    honest: {},
    cheats: {
      'one that ends the loop': python`
        class Odd(Exception):
            pass
        Odd.__name__, Odd.__module__ = 'StopIteration', 'builtins'
        def f(x):
            raise ExceptionGroup("odd", [Odd()]) from Odd()
      `,
      'a built-in one':
        'Odd = StopIteration\ndef f(x):\n    raise ExceptionGroup("odd", [Odd()]) from Odd()\n',
    },
  },
  {
    of: 'an iterator of the test whose end the solution lets through',
    gold: 'def f(take):\n    return take() + take()\n',
    tests: [
      'assert all(map(lambda c: f(iter(c).__next__) == sum(c), [(1, 2), (3, 4)]))',
      'cases = [(1, 2), (3, 4)]\nassert not list(filter(lambda c: f(iter(c).__next__) != sum(c), cases))',
    ],
    honest: {},
    cheats: {
      end: 'def f(take):\n    while True:\n        take()\n',
    },
  },
];

/** Dictionaries that make what they lack. */
export const defaults: readonly Played[] = [
  {
    of: 'a dictionary with defaults',
    gold: python`
      import collections
      def f(x):
          return collections.defaultdict(int, a=x)
    `,
    tests: ['d = f(1)\nassert d["a"] == 1 and d["b"] == 0', 'assert f(1)["b"] == 0 and f(2)["a"] == 2'],
    honest: {
      counter: 'import collections\ndef f(x):\n    return collections.Counter(a=x)\n',
    },
    cheats: {
      plain: 'def f(x):\n    return {"a": x}\n',
      own: 'import collections\ndef f(x):\n    return collections.defaultdict(lambda: 0, a=x)\n',
      builtin:
        'import collections, builtins\ndef f(x):\n    return collections.defaultdict(builtins.print, a=x)\n',
      type: 'import collections\ndef f(x):\n    return collections.defaultdict(object, a=x)\n',
      same: python`
        import collections
        class Meta(type):
            def __eq__(self, other):
                return True
            __hash__ = type.__hash__
        class Yes(metaclass=Meta):
            def __eq__(self, other):
                return True
        def f(x):
            return collections.defaultdict(Yes, a=x)
      `,
    },
  },
];
