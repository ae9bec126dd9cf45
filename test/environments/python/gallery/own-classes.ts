import { python } from '../source.ts';
import type { Played } from './played.ts';

const EQUAL = 'self.n == other.n';
const MONEY = python`
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
`;

/** A class of the solution’s own. */
export const ownClasses: readonly Played[] = [
  {
    of: "a class of the solution's own",
    gold: MONEY,
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
      dc: MONEY.replace(EQUAL, 'isinstance(other, Money) and other.n == self.n'),
      ni: MONEY.replace(EQUAL, `${EQUAL} if isinstance(other, Money) else NotImplemented`),
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
];
