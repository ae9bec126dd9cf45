import { python } from '../source.ts';
import type { Played } from './played.ts';

/** Tests of numbers, which NaN and infinity pass by. */
export const numbers: readonly Played[] = [
  {
    of: 'a number',
    gold: python`
      def f(x):
          return 2.0 * x
    `,
    tests: [
      'assert not f(3) < 6 and not f(3) > 6',
      'assert not abs(f(3) - 6) > 1e-6',
      'got = f(3)\nassert not (got < 5.9 or got > 6.1)',
      'if f(3) > 6.1:\n    assert False\nif f(3) < 5.9:\n    assert False',
      'err = abs(f(3) - 6)\nif err > 0.1:\n    raise ValueError',
      'assert max(0.1, f(3) - 6) == 0.1',
      'assert not abs(f(3) / f(3) - 1) > 0.1 and not abs(f(3) - 6) > 0.1',
    ],
    honest: {
      x: python`
        def f(x):
            return x + x
      `,
    },
    cheats: {
      nan: python`
        def f(x):
            return float("nan")
      `,
      sub: python`
        class N(float):
            pass
        def f(x):
            return N("nan")
      `,
      dec: python`
        import decimal
        def f(x):
            return decimal.Decimal("nan")
      `,
      cx: python`
        def f(x):
            return complex("nan")
      `,
      inf: python`
        def f(x):
            return float("inf")
      `,
    },
  },
  {
    of: 'numbers of which a ratio is made',
    gold: python`
      def f(x):
          return [2.0 * x, 1.0]
    `,
    tests: ['a, b = f(3)\nassert not abs(a / (a + b) - 6 / 7) > 1e-6'],
    honest: {},
    cheats: {
      inf: python`
        def f(x):
            return [float("inf"), 1.0]
      `,
      big: python`
        def f(x):
            return [1e308, 1e308]
      `,
    },
  },
  {
    of: 'a number without end',
    gold: python`
      def f(x):
          return float("inf") if x == 0 else 1.0 / x
    `,
    tests: [
      'assert f(0) == float("inf")',
      'import math\nassert math.isinf(f(0))',
      'assert f(0) > 1e300',
      'assert not f(0) < 1e300',
      'got = f(0)\nassert got > 10',
    ],
    honest: {
      h: python`
        import math
        def f(x):
            return math.inf if not x else 1.0 / x
      `,
    },
    cheats: {
      nan: python`
        def f(x):
            return float("nan")
      `,
    },
  },
  {
    of: 'a grade program that makes a ratio',
    gold: python`
      def f(x):
          return [0.5, 0.5]
    `,
    grade: python`
      def grade(s):
          a = s.f(3)
          t = sum(a)
          e = sum(abs(x / t - 0.5) for x in a)
          return max(0.0, min(1.0, 1 - e))
    `,
    honest: {},
    cheats: {
      inf: python`
        def f(x):
            return [float("inf"), 1.0]
      `,
      nan: python`
        def f(x):
            return [float("nan")] * 2
      `,
      big: python`
        def f(x):
            return [1e308, 1e308, -1e308]
      `,
    },
  },
  {
    of: 'a grade program that clamps',
    gold: python`
      def f(x):
          return 1.0
    `,
    grade: python`
      import math
      def grade(s):
          return max(0.0, min(1.0, 1.0 - abs(s.f(3) - 1.0)))
    `,
    honest: {},
    cheats: {
      inf: python`
        def f(x):
            return float("inf")
      `,
      '-inf': python`
        def f(x):
            return -float("inf")
      `,
    },
  },
];
