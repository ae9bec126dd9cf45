import { python } from '../../../../environments/python/tasks/source.ts';
import type { Played } from './played.ts';

/** Tests with a setup whose classes and helpers a solution's values go through. */
export const setupClasses: readonly Played[] = [
  {
    of: 'a method of a setup class',
    setup: python`
      class Box:
          TOL = 0
          def __init__(self, size):
              self.size = size
          def equals(self, other):
              return abs(self.size - other.size) <= self.TOL
          def __eq__(self, other):
              return isinstance(other, Box) and self.size == other.size
          def __hash__(self):
              return hash(self.size)
          def double(self):
              return Box(2 * self.size)
      def same(a, b):
          return a.size == b.size
    `,
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
      'yes size': python`
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
            __ne__ = lambda *a: False
            __sub__ = __rsub__ = __abs__ = lambda *a: 0
            __hash__ = lambda s: 6
            __getattr__ = lambda s, n: Yes()
            __call__ = lambda *a, **k: True
            __bool__ = lambda s: True
            __float__ = lambda s: 6.0
            __index__ = __int__ = lambda s: 6
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
        def f(x):
            return Box(Yes())
      `,
      yes: python`
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
            __ne__ = lambda *a: False
            __sub__ = __rsub__ = __abs__ = lambda *a: 0
            __hash__ = lambda s: 6
            __getattr__ = lambda s, n: Yes()
            __call__ = lambda *a, **k: True
            __bool__ = lambda s: True
            __float__ = lambda s: 6.0
            __index__ = __int__ = lambda s: 6
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
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
    setup: python`
      class Box:
          TOL = 0
          def __init__(self, size):
              self.size = size
          def equals(self, other):
              return abs(self.size - other.size) <= self.TOL
          def __eq__(self, other):
              return isinstance(other, Box) and self.size == other.size
          def __hash__(self):
              return hash(self.size)
          def double(self):
              return Box(2 * self.size)
      def same(a, b):
          return a.size == b.size
    `,
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
      yes: python`
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
            __ne__ = lambda *a: False
            __sub__ = __rsub__ = __abs__ = lambda *a: 0
            __hash__ = lambda s: 6
            __getattr__ = lambda s, n: Yes()
            __call__ = lambda *a, **k: True
            __bool__ = lambda s: True
            __float__ = lambda s: 6.0
            __index__ = __int__ = lambda s: 6
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
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
      'yes size': python`
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
            __ne__ = lambda *a: False
            __sub__ = __rsub__ = __abs__ = lambda *a: 0
            __hash__ = lambda s: 6
            __getattr__ = lambda s, n: Yes()
            __call__ = lambda *a, **k: True
            __bool__ = lambda s: True
            __float__ = lambda s: 6.0
            __index__ = __int__ = lambda s: 6
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
        def f(x):
            return Box(Yes())
      `,
    },
  },
  {
    of: 'a helper of the setup that goes through two values at once',
    setup: python`
      class Node:
          def __init__(self, value, kids=()):
              self.value = value
              self.kids = list(kids)
          def __iter__(self):
              return iter(self.kids)
          def __len__(self):
              return len(self.kids)
      def same(a, b):
          return a.value == b.value and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
      def same_items(a, b):
          return len(a) == len(b) and all(x == y for x, y in zip(a, b))
      def each(a, b):
          return all(x == y for x, y in zip(a, b))
    `,
    gold: python`
      def f(x):
          return Node(x, [Node(x + 1), Node(x + 2)])
      def g(x):
          return [x, x + 1]
    `,
    tests: [
      'assert same(f(1), Node(1, [Node(2), Node(3)]))',
      'assert same_items(g(1), [1, 2])',
      'assert each(g(1), [1, 2]) and len(g(1)) == 2',
      'got = g(3)\nassert len(got) == 2\nfor a, b in zip(got, [3, 4]):\n    assert a == b',
      'assert len(g(1)) == 2 and all(a == b for a, b in zip(g(1), [1, 2]))',
    ],
    honest: {
      it: python`
        def f(x):
            n = Node(x)
            n.kids.append(Node(x+1))
            n.kids.append(Node(x+2))
            return n
        def g(x):
            return list(range(x, x + 2))
      `,
      tuple: python`
        def f(x):
            return Node(x, (Node(x+1), Node(x+2)))
        def g(x):
            return (x, x + 1)
      `,
      range: python`
        def f(x):
            return Node(x, (Node(x+1), Node(x+2)))
        def g(x):
            return range(x, x + 2)
      `,
    },
    cheats: {
      iter: python`
        class L(list):
            __iter__ = lambda s: iter(())
        def f(x):
            n = Node(x)
            n.kids = L([Node(9), Node(9)])
            return n
        def g(x):
            return L([0, 0])
      `,
      obj: python`
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *a: True
            __ne__ = lambda *a: False
            __sub__ = __rsub__ = __abs__ = lambda *a: 0
            __hash__ = lambda s: 6
            __getattr__ = lambda s, n: Yes()
            __call__ = lambda *a, **k: True
            __bool__ = lambda s: True
            __float__ = lambda s: 6.0
            __index__ = __int__ = lambda s: 6
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
        def f(x):
            n = Node(x)
            n.kids = Yes()
            return n
        def g(x):
            return Yes()
      `,
      sub: python`
        class N(Node):
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
        def f(x):
            return N(x)
        def g(x):
            return N(2)
      `,
      'same name': python`
        class Node:
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
            kids = []
        def f(x):
            n = Node()
            n.value = x
            return n
        def g(x):
            return Node()
      `,
      seq: python`
        class S:
            __len__ = lambda s: 2
            def __getitem__(s, n):
                raise IndexError
        def f(x):
            n = Node(x)
            n.kids = S()
            return n
        def g(x):
            return S()
      `,
      gen: python`
        def f(x):
            n = Node(x)
            n.kids = iter(())
            return n
        def g(x):
            return iter(())
      `,
      deque: python`
        import collections
        class D(collections.deque):
            __iter__ = lambda s: iter(())
        def f(x):
            n = Node(x)
            n.kids = D([1, 2])
            return n
        def g(x):
            return D([9, 9])
      `,
      dict: python`
        class D(dict):
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 2
        def f(x):
            n = Node(x)
            n.kids = D()
            return n
        def g(x):
            return D()
      `,
      wrong: python`
        def f(x):
            return Node(x, [Node(0), Node(0)])
        def g(x):
            return [1, 0]
      `,
      'iter attr': python`
        def f(x):
            n = Node(x, [Node(0), Node(0)])
            n.__iter__ = lambda: iter(())
            return n
        def g(x):
            return [1, 0]
      `,
    },
  },
  {
    of: 'exceptions of a setup class',
    setup: python`
      class Bad(Exception):
          def __init__(self, code=0):
              super().__init__("bad")
              self.code = code
          def is_code(self, n):
              return self.code == n
          def same(self, other):
              return self.code == other.code
    `,
    gold: python`
      def f(x):
          raise Bad(x)
    `,
    tests: [
      'try:\n    f(5)\nexcept Bad as e:\n    assert e.is_code(5)\nelse:\n    assert False',
      'try:\n    f(5)\n    raise RuntimeError\nexcept Bad as e:\n    assert e.same(Bad(5)) and e.code == 5',
      'caught = None\ntry:\n    f(6)\nexcept Bad as e:\n    caught = e\nassert caught.is_code(6)',
    ],
    honest: {
      k: python`
        def f(x):
            e = Bad()
            e.code = x
            raise e
      `,
    },
    cheats: {
      attr: python`
        def f(x):
            e = Bad()
            e.is_code = e.same = lambda n: True
            raise e
      `,
      sub: python`
        class B(Bad):
            is_code = same = lambda *a: True
        def f(x):
            raise B(0)
      `,
      sub2: python`
        class Bad(Bad):
            is_code = same = lambda *a: True
        def f(x):
            raise Bad(0)
      `,
      yes: python`
        class Y:
            __eq__ = lambda *a: True
        def f(x):
            e = Bad()
            e.code = Y()
            raise e
      `,
      patch: python`
        Bad.is_code = Bad.same = lambda *a: True
        def f(x):
            raise Bad(0)
      `,
      exit: python`
        def f(x):
            raise SystemExit(0)
      `,
      assertion: python`
        def f(x):
            raise AssertionError
      `,
      stop: python`
        def f(x):
            raise StopIteration
      `,
      none: python`
        def f(x):
            return None
      `,
    },
  },
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
