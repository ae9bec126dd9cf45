import { python } from '../source.ts';
import { BOX, YES } from './pieces.ts';
import type { Played } from './played.ts';

/** Setup classes with methods, and objects of them that are compared. */
export const setupMethods: readonly Played[] = [
  {
    of: 'a method of a setup class',
    setup: BOX,
    gold: python`
      def f(x):
          return Box(2 * x)
    `,
    tests: ['assert f(3).equals(Box(6))'],
    honest: {
      'subclass named': python`
        def f(x):
            b = Box(x)
            b.size += x
            return b
      `,
      double: python`
        def f(x):
            return Box(x).double()
      `,
      'own init': python`
        def f(x):
            b = Box.__new__(Box)
            b.size = 2*x
            return b
      `,
    },
    cheats: {
      attr: python`
        def f(x):
            b = Box(0)
            b.equals = lambda o: True
            return b
      `,
      sub: python`
        class B(Box):
            equals = lambda *a: True
        def f(x):
            return B(0)
      `,
      'same name': python`
        class Box(Box):
            equals = lambda *a: True
        def f(x):
            return Box(0)
      `,
      patch: python`
        Box.equals = lambda *a: True
        def f(x):
            return Box(0)
      `,
      getattribute: python`
        Box.__getattribute__ = lambda s, n: (lambda *a: True)
        def f(x):
            return Box.__new__(Box)
      `,
      'yes size':
        YES +
        python`
        def f(x):
            return Box(Yes())
      `,
      yes:
        YES +
        python`
        def f(x):
            return Yes()
      `,
      'class prop': python`
        class B:
            __class__ = property(lambda s: Box)
            equals = lambda *a: True
        def f(x):
            return B()
      `,
      tol: python`
        def f(x):
            b = Box(0)
            b.TOL = 10 ** 9
            return b
      `,
      nan: python`
        def f(x):
            return Box(float("nan"))
      `,
      'inf tol': python`
        def f(x):
            b = Box(float("inf"))
            b.TOL = float("inf")
            return b
      `,
      meta: python`
        class M(type):
            __name__ = "Box"
        class B(metaclass=M):
            equals = lambda *a: True
        def f(x):
            return B()
      `,
      'int sub': python`
        class I(int):
            __sub__ = __rsub__ = lambda *a: 0
        def f(x):
            return Box(I(0))
      `,
      'dunder dict': python`
        def f(x):
            b = Box(0)
            b.__dict__ = {"size": 0, "equals": lambda o: True}
            return b
      `,
      'dict key': python`
        class K(str):
            pass
        def f(x):
            b = Box(0)
            b.__dict__[K("equals")] = lambda o: True
            return b
      `,
    },
  },
  {
    of: 'objects of a setup class that are compared',
    setup: BOX,
    gold: python`
      def f(x):
          return Box(2 * x)
    `,
    tests: [
      'assert f(3) == Box(6)',
      'assert not f(3) != Box(6)',
      'assert Box(6) == f(3)',
      'assert same(f(3), Box(6))',
      'got = f(4)\nassert got == Box(8)',
      'assert f(3).double() == Box(12)',
      'assert f(4) in [Box(8)] and f(3) in {Box(6): 1}',
      'assert [f(1), f(2)] == [Box(2), Box(4)]',
      'boxes = [Box(2), Box(4)]\nfor n, b in enumerate(boxes):\n    assert f(n + 1) == b',
    ],
    honest: {
      a: python`
        def f(x):
            return Box(x + x)
      `,
    },
    cheats: {
      yes:
        YES +
        python`
        def f(x):
            return Yes()
      `,
      sub: python`
        class B(Box):
            __eq__ = lambda *a: True
            __ne__ = lambda *a: False
            __hash__ = lambda s: 6
        def f(x):
            return B(0)
      `,
      'eq attr': python`
        def f(x):
            b = Box(0)
            b.__eq__ = lambda o: True
            return b
      `,
      'yes size':
        YES +
        python`
        def f(x):
            return Box(Yes())
      `,
    },
  },
];
