import { python } from '../source.ts';
import type { Played } from './played.ts';

/** Setup classes of every kind. */
export const setupKinds: readonly Played[] = [
  {
    of: 'setup classes of every kind',
    setup: python`
      import enum, dataclasses, typing, functools, abc, collections
      class Color(enum.Enum):
          RED = 1
          BLUE = 2
          def matches(self, other):
              return self.value == other.value
      @dataclasses.dataclass
      class P:
          x: int
          y: int = 0
          tags: list = dataclasses.field(default_factory=list)
          def near(self, o):
              return abs(self.x - o.x) + abs(self.y - o.y) == 0 and self.tags == o.tags
      @dataclasses.dataclass(frozen=True)
      class Q:
          x: int
          def ok(self):
              return self.x == 6
      class N(typing.NamedTuple):
          a: int
          b: int = 2
          def ok(self):
              return self.a + self.b == 8
      class S:
          __slots__ = ('x', 'next')
          def __init__(self, x, next=None):
              self.x = x
              self.next = next
          def ok(self):
              return self.x == 6 and (self.next is None or self.next.ok())
      class D(dict):
          def ok(self):
              return self.get('a') == 6
      class L(list):
          def ok(self):
              return len(self) == 1 and self[0] == 6
      class I(int):
          def ok(self):
              return self == 6
      class R:
          def __init__(self, x):
              self._x = x
          @property
          def x(self):
              return self._x
          @x.setter
          def x(self, v):
              self._x = v
          @functools.cached_property
          def twice(self):
              return 2 * self._x
          def ok(self):
              return self.x == 6 and self.twice == 12
      class A(abc.ABC):
          @abc.abstractmethod
          def area(self): ...
      class Sq(A):
          def __init__(self, s):
              self.s = s
          def area(self):
              return self.s * self.s
      class C:
          size = 0
          on = None
          def __init__(self, n=None):
              if n is not None:
                  self.size = n
          def ok(self):
              return self.size == 6
      class T(typing.Generic[typing.TypeVar('X')]):
          def __init__(self, v):
              self.v = v
          def ok(self):
              return self.v == 6
    `,
    gold: python`
      def f(k, x=3):
          v = 2 * x
          if k == 'S':
              return S(v, S(v))
          if k == 'S circ':
              s = S(v); s.next = S(v, s); return s
          if k == 'C':
              return C(v)
          if k == 'R':
              r = R(v); r.twice; return r
          return {'Color': lambda: Color.RED, 'P': lambda: P(v, 0, [1]), 'Q': lambda: Q(v), 'N': lambda: N(v), 'D': lambda: D(a=v), 'L': lambda: L([v]), 'I': lambda: I(v), 'Sq': lambda: Sq(v), 'T': lambda: T(v)}[k]()
    `,
    tests: [
      'assert f("Color") is Color.RED and f("Color").matches(Color.RED)',
      'assert f("P").near(P(6, 0, [1])) and f("P") == P(6, 0, [1])',
      'assert f("Q").ok() and f("Q") == Q(6)',
      'assert f("N").ok() and f("N") == (6, 2)',
      'assert f("S").ok()',
      'assert f("D").ok()',
      'assert f("L").ok()',
      'assert f("I").ok()',
      'assert f("R").ok()',
      'assert f("Sq").area() == 36 and isinstance(f("Sq"), A)',
      'assert f("C").ok()',
      'assert f("T").ok()',
    ],
    honest: {},
    cheats: {
      shadow: python`
        def f(k, x=3):
            o = {'Color': lambda: Color.BLUE, 'P': lambda: P(0), 'Q': lambda: Q(0), 'N': lambda: N(0), 'S': lambda: S(0), 'S circ': lambda: S(0), 'D': lambda: D(), 'L': lambda: L(), 'I': lambda: I(0), 'R': lambda: R(0), 'Sq': lambda: Sq(0), 'C': lambda: C(0), 'T': lambda: T(0)}[k]()
            for n in ('matches', 'near', 'ok', 'area', '__eq__', 'get', '__len__', 'twice'):
                try:
                    object.__setattr__(o, n, lambda *a: True)
                except Exception:
                    pass
            return o
      `,
      sub: python`
        class Y:
            __eq__ = lambda *a: True
            __hash__ = lambda s: 0
            __mul__ = __rmul__ = __add__ = __sub__ = lambda *a: Y()
            __abs__ = lambda s: 0
        def f(k, x=3):
            y = Y()
            return {'Color': lambda: Y(), 'P': lambda: P(y, y, y), 'Q': lambda: Q(y), 'N': lambda: N(y), 'S': lambda: S(y), 'S circ': lambda: S(y), 'D': lambda: D(a=y), 'L': lambda: L([y]), 'I': lambda: y, 'R': lambda: R(y), 'Sq': lambda: Sq(y), 'C': lambda: C(y), 'T': lambda: T(y)}[k]()
      `,
      'same names': python`
        class Z:
            __init__ = lambda *a: None
            matches = near = ok = __eq__ = lambda *a: True
            area = lambda s: 36
            next = property(lambda s: s)
            __hash__ = lambda s: 0
        Color = P = Q = N = S = D = L = I = R = Sq = C = T = A = Z
        def f(k, x=3):
            return Z()
      `,
    },
  },
];
