import { python } from '../../../../environments/python/tasks/source.ts';
import type { Played } from './played.ts';

/** Objects of a solution's own classes. */
export const ownObjects: readonly Played[] = [
  {
    of: 'what functions say of a value',
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
    of: "a class of the solution's own",
    gold: python`
      class Money:
          def __init__(self, n):
              self.n = n
          def __add__(self, other):
              return Money(self.n + other.n)
          def __eq__(self, other):
              return self.n == other.n
          def __lt__(self, other):
              return self.n < other.n
          def __hash__(self):
              return hash(self.n)
          def __repr__(self):
              return f'Money({self.n})'
          def __iter__(self):
              return iter([self.n])
          def __len__(self):
              return 1
          def __getitem__(self, k):
              return [self.n][k]
          def __contains__(self, k):
              return k == self.n
          def __call__(self, x):
              return Money(x)
          def __enter__(self):
              return self
          def __exit__(self, *a):
              return False
          def __bool__(self):
              return self.n != 0
          @property
          def double(self):
              return 2 * self.n
          @classmethod
          def zero(cls):
              return cls(0)
          def gen(self):
              for i in range(self.n):
                  yield i
          def fail(self):
              raise MoneyError('broke', self.n)
      class MoneyError(ValueError):
          def __init__(self, text, n):
              super().__init__(text)
              self.n = n
    `,
    tests: [
      'assert Money(1) + Money(2) == Money(3)',
      'assert not Money(1) + Money(2) != Money(3)',
      'a = Money(3)\nb = Money(1) + Money(2)\nassert a == b and not a != b',
      'assert [Money(1), Money(2)] == [Money(0) + Money(1), Money(2)]',
      'assert {Money(1): 2}[Money(1)] == 2',
      'assert Money(1) in [Money(1)]',
      'assert Money(3).n == 3',
      'assert (Money(1) + Money(2)).n == 3',
      'assert Money(2).double == 4',
      'assert list(Money(3)) == [3] and len(Money(3)) == 1',
      'assert Money(3)[0] == 3',
      'assert 3 in Money(3) and 4 not in Money(3)',
      'assert sorted([Money(3), Money(1)])[0].n == 1',
      'assert min(Money(3), Money(1)).n == 1',
      'assert Money.zero().n == 0 and not Money.zero()',
      'assert list(Money(3).gen()) == [0, 1, 2]',
      'g = Money(3).gen()\nassert next(g) == 0 and list(g) == [1, 2]',
      'try:\n    Money(3).fail()\n    assert False\nexcept MoneyError as e:\n    assert str(e) == "broke" and e.n == 3 and e.args == ("broke",)',
      'try:\n    Money(3).fail()\nexcept ValueError as e:\n    assert e.n == 3\nelse:\n    assert False',
      'with Money(4) as m:\n    assert m.n == 4',
      'assert Money(1)(5).n == 5',
      'm = Money(1)\nm.n = 7\nassert m.n == 7 and m == Money(7)',
      'assert Money(1) != Money(2) and Money(1) < Money(2)',
      'assert hash(Money(1)) == hash(Money(1)) and len({Money(1), Money(1)}) == 1',
      'assert hasattr(Money(1), "n") and not hasattr(Money(1), "q")',
      'items = [Money(i) for i in range(3)]\nassert sum((m.n for m in items)) == 3 and max(items).n == 2',
    ],
    honest: {
      dc: python`
        class Money:
            def __init__(self, n):
                self.n = n
            def __add__(self, other):
                return Money(self.n + other.n)
            def __eq__(self, other):
                return isinstance(other, Money) and other.n == self.n
            def __lt__(self, other):
                return self.n < other.n
            def __hash__(self):
                return hash(self.n)
            def __repr__(self):
                return f'Money({self.n})'
            def __iter__(self):
                return iter([self.n])
            def __len__(self):
                return 1
            def __getitem__(self, k):
                return [self.n][k]
            def __contains__(self, k):
                return k == self.n
            def __call__(self, x):
                return Money(x)
            def __enter__(self):
                return self
            def __exit__(self, *a):
                return False
            def __bool__(self):
                return self.n != 0
            @property
            def double(self):
                return 2 * self.n
            @classmethod
            def zero(cls):
                return cls(0)
            def gen(self):
                for i in range(self.n):
                    yield i
            def fail(self):
                raise MoneyError('broke', self.n)
        class MoneyError(ValueError):
            def __init__(self, text, n):
                super().__init__(text)
                self.n = n
      `,
      ni: python`
        class Money:
            def __init__(self, n):
                self.n = n
            def __add__(self, other):
                return Money(self.n + other.n)
            def __eq__(self, other):
                return self.n == other.n if isinstance(other, Money) else NotImplemented
            def __lt__(self, other):
                return self.n < other.n
            def __hash__(self):
                return hash(self.n)
            def __repr__(self):
                return f'Money({self.n})'
            def __iter__(self):
                return iter([self.n])
            def __len__(self):
                return 1
            def __getitem__(self, k):
                return [self.n][k]
            def __contains__(self, k):
                return k == self.n
            def __call__(self, x):
                return Money(x)
            def __enter__(self):
                return self
            def __exit__(self, *a):
                return False
            def __bool__(self):
                return self.n != 0
            @property
            def double(self):
                return 2 * self.n
            @classmethod
            def zero(cls):
                return cls(0)
            def gen(self):
                for i in range(self.n):
                    yield i
            def fail(self):
                raise MoneyError('broke', self.n)
        class MoneyError(ValueError):
            def __init__(self, text, n):
                super().__init__(text)
                self.n = n
      `,
    },
    cheats: {
      yes: python`
        class Money:
            __init__ = lambda *a: None
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = lambda *a: True
            __ne__ = lambda *a: False
            __hash__ = lambda s: 1
            __add__ = __radd__ = __sub__ = lambda s, o: s
            __getattr__ = lambda s, n: Money()
            __call__ = lambda *a: Money()
            __iter__ = lambda s: iter(())
            __len__ = lambda s: 1
            __getitem__ = lambda s, k: Money()
            __enter__ = lambda s: s
            __exit__ = lambda *a: True
            __repr__ = __str__ = lambda s: 'Money(3)'
            def fail(self):
                raise MoneyError
        class MoneyError(ValueError):
            __eq__ = lambda *a: True
            __getattr__ = lambda s, n: Money()
            __str__ = lambda s: 'broke'
        Money.zero = Money
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
