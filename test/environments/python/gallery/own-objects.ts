import { python } from '../source.ts';
import { BOX, YES } from './pieces.ts';
import type { Played } from './played.ts';

/** What functions say of a value, and context managers of a solution. */
export const ownObjects: readonly Played[] = [
  {
    of: 'what functions say of a value',
    setup: BOX,
    gold: python`
      def f(x):
          return Box(2 * x)
      def g(x):
          return 2 * x
    `,
    tests: [
      'assert isinstance(f(3), Box) and f(3).size == 6',
      'assert type(f(3)) is Box and f(3).size == 6',
      'assert isinstance(g(3), int) and not isinstance(g(3), bool) and g(3) == 6',
      'assert hasattr(f(3), "size") and callable(f(3).equals) and getattr(f(3), "size") == 6',
      'assert f(3)',
      'assert str(g(3)) == "6"',
      'assert f"{g(3)}" == "6"',
      'assert "%s" % g(3) == "6"',
      'assert repr(g(3)) == "6"',
      'assert g(3) % 2 == 0',
      'assert 3 * g(3) == 18',
      'assert abs(g(3) - 6) < 1e-9',
      'assert round(g(3)) == 6',
      'assert int(g(3)) == 6',
      'import math\nassert math.isclose(g(3), 6)',
      'assert sum([g(3)]) == 6',
      'assert g(3).bit_length() == 3',
      'assert hash(g(3)) == 6',
      'assert g(3) + 0 == 6',
      'assert {6: "a"}[g(3)] == "a"',
      'assert [1,2,3,4,5,6,7][g(3)] == 7',
    ],
    honest: {},
    cheats: {
      yes:
        YES +
        python`
            __class__ = property(lambda s: Box)
            __str__ = __repr__ = lambda s: "6"
            __format__ = lambda s, f: "6"
            __mod__ = lambda *a: 0
            __rmul__ = lambda *a: 18
            __round__ = lambda *a: 6
            __add__ = __radd__ = lambda *a: 6
        def f(x):
            return Yes()
        g = f
      `,
    },
  },
  {
    of: 'a context manager',
    gold: python`
      class f:
          def __init__(self, n, kinds=()):
              self.n = n
              self.kinds = tuple(kinds)
          def __enter__(self):
              return self
          def __exit__(self, kind, error, trace):
              return kind is not None and issubclass(kind, self.kinds)
    `,
    tests: [
      'with f(4) as m:\n    assert m.n == 4',
      'with f(4) as m:\n    assert len([m.n]) == m.n - 3',
      'with f(4, [ValueError]) as m:\n    raise ValueError\nassert m.n == 4',
      'try:\n    with f(4):\n        raise KeyError\nexcept KeyError:\n    pass\nelse:\n    assert False',
      'ran = []\nwith f(2) as m:\n    ran.append(m.n)\nassert ran == [2]',
      'with f(4) as m:\n    assert [10, 20, 30, 40, 50][m.n] == 50',
    ],
    honest: {
      contextlib: python`
        import contextlib
        class f(contextlib.ContextDecorator):
            def __init__(self, n, kinds=()):
                self.n, self.kinds = n, tuple(kinds)
            __enter__ = lambda self: self
            def __exit__(self, kind, error, trace):
                return bool(kind) and issubclass(kind, self.kinds)
      `,
    },
    cheats: {
      yes: python`
        class f:
            def __init__(self, *a, **k): pass
            __getattr__ = lambda s, n: 0
            __enter__ = lambda s: s
            __exit__ = lambda *a: True
      `,
    },
  },
];
