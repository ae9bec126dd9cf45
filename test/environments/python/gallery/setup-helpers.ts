import { python } from '../source.ts';
import { YES } from './pieces.ts';
import type { Played } from './played.ts';

/** Helpers and exceptions of a setup that a solution’s values go through. */
export const setupHelpers: readonly Played[] = [
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
      obj:
        YES +
        python`
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
];
