import { python } from '../source.ts';
import type { Played } from './played.ts';

/** Tests whose own values a solution is given. */
export const ownArguments: readonly Played[] = [
  {
    of: "a test's own argument",
    gold: python`
      def f(a):
          return sorted(a)
    `,
    tests: [
      'a = [3, 1, 2]\nassert f(a) == sorted(a)',
      'a = [3, 1, 2]\nb = a\nassert f(b) == sorted(a)',
      'cases = [[3, 1], [2, 0, 1]]\nfor c in cases:\n    assert f(c) == sorted(c)',
      'a = [3, 1, 2]\ngot = f(a)\nassert got == sorted(a)',
      'a = [3, 1, 2]\ngot = f(a)\nassert len(got) == len(a) and all(x in a for x in got) and all(x <= y for x, y in zip(got, got[1:]))',
      'def check(g):\n    a = [3, 1, 2]\n    assert g(a) == sorted(a)\ncheck(f)',
      'assert all(f(c) == sorted(c) for c in [[2, 1], [3, 0]])',
    ],
    honest: {
      'in place': python`
        def f(a):
            a.sort()
            return a
      `,
      copy: python`
        def f(a):
            a = list(a)
            a.sort()
            return a
      `,
      pop: python`
        def f(a):
            b = a[:]
            out = []
            while b:
                out.append(b.pop(b.index(min(b))))
            return out
      `,
      'in place 2': python`
        def f(a):
            for i in range(len(a)):
                for j in range(len(a) - 1):
                    if a[j] > a[j + 1]:
                        a[j], a[j + 1] = a[j + 1], a[j]
            return a
      `,
    },
    cheats: {
      clear: python`
        def f(a):
            a.clear()
            return []
      `,
      set: python`
        def f(a):
            a[:] = [0]
            return [0]
      `,
      del: python`
        def f(a):
            del a[1:]
            return list(a)
      `,
      same: python`
        def f(a):
            a[:] = [5] * len(a)
            return list(a)
      `,
      'ret a': python`
        def f(a):
            a.clear()
            return a
      `,
    },
  },
  {
    of: "a test's own arguments of all kinds",
    setup: python`
      class Box:
          def __init__(self, size):
              self.size = size
      BOXES = [Box(3), Box(1)]
      NUMBERS = [3, 1, 2]
    `,
    gold: python`
      def f(a):
          return sum(b.size for b in a)
      def g(d):
          return sorted(d)
    `,
    tests: [
      'a = [Box(3), Box(4)]\nassert f(a) == sum(b.size for b in a)',
      'b = Box(3)\nassert f([b, b]) == 2 * b.size',
      'assert f(BOXES) == sum(b.size for b in BOXES)',
      'd = {3: 1, 2: 2}\nassert g(d) == sorted(d)',
      'd = {3, 1}\nassert g(d) == sorted(d)',
      'assert g(NUMBERS) == sorted(NUMBERS)',
      'x = {"a": [3, 1]}\nassert g(x["a"]) == sorted(x["a"])',
      'x = bytearray(b"ba")\nassert g(x) == sorted(x)',
      'from collections import deque\nx = deque([2, 1])\nassert g(x) == sorted(x)',
    ],
    honest: {
      same: python`
        def f(a):
            s = 0
            for b in a:
                s += b.size
            return s
        def g(d):
            return sorted(list(d))
      `,
    },
    cheats: {
      zero: python`
        def f(a):
            for b in a:
                b.size = 0
            return 0
        def g(d):
            d.clear()
            return []
      `,
      clear: python`
        def f(a):
            a.clear()
            return 0
        def g(d):
            d.clear()
            return []
      `,
    },
  },
  {
    of: 'an argument that is to be changed',
    gold: python`
      def f(a):
          a.sort()
    `,
    tests: [
      'a = [3, 1, 2]\nf(a)\nassert a == [1, 2, 3]',
      'a = [3, 1, 2]\nf(a)\nassert a == sorted(a) and len(a) == 3',
      'a = [3, 1, 2]\nassert f(a) is None and a == sorted(a)',
      'a = [3, 1, 2]\nb = list(a)\nf(a)\nassert a == sorted(b)',
      'a = [3, 1, 2]\nb = a.copy()\nf(a)\nassert all(x <= y for x, y in zip(a, a[1:])) and sorted(a) == sorted(b)',
    ],
    honest: {
      x: python`
        def f(a):
            a[:] = sorted(a)
      `,
      swap: python`
        def f(a):
            for i in range(len(a)):
                for j in range(len(a) - 1):
                    if a[j] > a[j + 1]:
                        a[j], a[j + 1] = a[j + 1], a[j]
      `,
    },
    cheats: {
      zero: python`
        def f(a):
            a[:] = [0, 0, 0]
      `,
      clear: python`
        def f(a):
            a.clear()
      `,
    },
  },
  {
    of: 'arguments, however a test makes and names them',
    setup: python`
      def build(*a):
          return list(a)
    `,
    gold: python`
      def f(a):
          return sorted(a)
    `,
    tests: [
      'a = [3, 1, 2]\na.append(0)\nassert f(a) == sorted(a)',
      'a = [3, 1, 2]\nassert f(a) == sorted(a)\na.append(0)\nassert f(a) == sorted(a)',
      'a = build(3, 1, 2)\nassert f(a) == sorted(a)',
      'a = "3 1 2".split()\nassert f(a) == sorted(a)',
      'a = list(map(int, "312"))\nassert f(a) == sorted(a)',
      'a = [int(c) for c in "312"]\nassert f(a) == sorted(a)',
      'import random\na = [random.randint(1, 9) for _ in range(5)]\nassert f(a) == sorted(a)',
      'import random\nrandom.seed(1)\na = random.sample(range(9), 5)\nassert f(a) == sorted(a)',
      'import random\na = list(range(9))\nrandom.shuffle(a)\nassert f(a) == sorted(a)',
      'import random\nfor _ in range(5):\n    a = [random.randint(1, 9) for _ in range(5)]\n    assert f(a) == sorted(a)',
      'a = []\nfor n in (3, 1, 2):\n    a.append(n)\nassert f(a) == sorted(a)',
      'a = [3, 1, 2]\na += [7]\nassert f(a) == sorted(a)',
      'a, b = [3, 1, 2], 5\nassert f(a) == sorted(a)',
      'def check(a):\n    assert f(a) == sorted(a)\ncheck([3, 1])',
      'def check(a, want):\n    assert f(a) == want\na = [3, 1]\ncheck(a, sorted(a))',
      'def check(a, b):\n    assert f(a) == sorted(b)\na = [3, 1]\ncheck(a, a)',
      'for i, c in enumerate([[3, 1], [4, 2]]):\n    assert f(c) == sorted(c)',
      'cases = [[3, 1], [4, 2]]\nfor i, c in enumerate(cases):\n    assert f(c) == sorted(cases[i])',
      'from collections import deque\nx = deque([2, 1])\nx = list(x)\nassert f(x) == sorted(x)',
      'import copy\na = [3, 1, 2]\nb = copy.deepcopy(a)\nassert f(a) == sorted(b)',
      'import copy\na = [3, 1, 2]\nb = copy.deepcopy(a)\nassert f(b) == sorted(b)',
      'import json\na = json.loads("[3, 1]")\nassert f(a) == sorted(a)',
      'a = [3, 1, 2]\nresult = f(a)\nfor x in a:\n    assert x in result',
      'a = [3, 1, 2]\nresult = f(a)\nfor i in range(len(a)):\n    assert result[i] == sorted(a)[i]',
      'class C:\n    def __init__(self):\n        self.a = [3, 1]\n    def check(self):\n        assert f(self.a) == sorted(self.a)\nC().check()',
      'import unittest\nclass C(unittest.TestCase):\n    def test(self):\n        a = [3, 1]\n        self.assertEqual(f(a), sorted(a))\nC("test").debug()',
      'x = dict(a=[3, 1])\nassert f(x["a"]) == sorted(x["a"])',
      'from collections import Counter\nx = Counter("ab")\nassert f(x) == sorted(x)',
      'from collections import OrderedDict\nx = OrderedDict(a=1)\nassert f(x) == sorted(x)',
      'from collections import defaultdict\nx = defaultdict(int, a=1)\nassert f(x) == sorted(x)',
      'from collections import deque\nx = deque([2, 1])\nassert f(x) == sorted(x)',
      'import collections\nx = collections.deque([2, 1])\nassert f(x) == sorted(x)',
      'a = [3, 1]\nassert (lambda x: f(x) == sorted(x))(a)',
      'a = [3, 1]\nassert all(f(x) == sorted(x) for x in (a, [2, 1]))',
      'a = [3, 1]\nassert not any(f(x) != sorted(x) for x in (a, [2, 1]))',
      'a = [3, 1]\nassert list(map(f, [a])) == [sorted(a)]',
      'a = [[3, 1], [2]]\nassert [f(x) for x in a] == [sorted(x) for x in a]',
      'a = [3, 1]\nt = (a,)\nassert f(*t) == sorted(a)',
      'a = [3, 1]\nk = {"a": a}\nassert f(**k) == sorted(a)',
      'a = [3, 1]\nassert sorted(a) == f(a)',
      'a = [3, 1]\nexpected = sorted(a)\nassert f(a) == expected',
      'a = bytearray(b"ba")\nassert f(a) == sorted(a)',
    ],
    honest: {
      'in place': python`
        def f(a):
            a = list(a)
            a.sort()
            return a
      `,
    },
    cheats: {
      clear: python`
        def f(a):
            a.clear()
            return []
      `,
      same: python`
        def f(a):
            a[:] = [5] * len(a)
            return list(a)
      `,
    },
  },
  {
    of: 'arguments that are changed',
    gold: python`
      import collections
      def f(x):
          if isinstance(x, collections.deque):
              x.rotate(1)
          elif isinstance(x, collections.defaultdict):
              x['new'].append(1)
          elif isinstance(x, collections.OrderedDict):
              x.move_to_end(next(iter(x)))
          elif isinstance(x, collections.Counter):
              x.update('a')
          elif isinstance(x, set):
              x.add(5)
          elif isinstance(x, dict):
              x['n'] = 1
          elif isinstance(x, bytearray):
              x.append(1)
          elif isinstance(x, list):
              x.append(1)
          return len(x)
    `,
    tests: [
      'from collections import deque\nx = deque([1, 2, 3], maxlen=3)\nassert f(x) == 3 and x.maxlen == 3 and list(x) == [3, 1, 2]\nx.append(9)\nassert list(x) == [1, 2, 9]',
      'from collections import defaultdict\nx = defaultdict(list, a=[2])\nassert f(x) == 2 and x == {"a": [2], "new": [1]}\nassert x["other"] == []',
      'import collections\nx = collections.OrderedDict([(1, 2), (3, 4)])\nassert f(x) == 2 and list(x) == [3, 1]',
      'from collections import Counter\nx = Counter("ab")\nf(x)\nassert x == Counter("aab") and x.most_common(1) == [("a", 2)]',
      'x = {1}\nassert f(x) == 2 and x == {1, 5}',
      'x = {}\ny = x\nf(y)\nassert x == {"n": 1}',
      'x = bytearray(b"a")\nassert f(x) == 2 and x == b"a\\x01"',
      'x = [[], []]\nassert f(x[0]) == 1 and x == [[1], []]',
      'class S:\n    def __init__(self):\n        self.x = []\ns = S()\nassert f(s.x) == 1 and s.x == [1]',
      'x = [3]\nassert x is x and f(x) == 2 and x == [3, 1]',
      'import random\nrandom.seed(4)\nx = [random.random() for _ in range(3)]\ny = sorted(x, key=lambda v: -v)\nassert f(x) == 4 and len(x) == 4 and y[0] >= y[1]',
      'assert (lambda x: f(x) == 1)([])',
      'assert [g([1]) for g in (f, len)] == [2, 1]',
      'table = {"f": f, "len": len}\nassert table["f"]([]) == 1 and table["len"]([]) == 0',
      'import functools\nh = functools.partial(f, [1, 2])\nassert h() == 3',
      'def twice(g):\n    def inner(x):\n        return 2 * g(x)\n    return inner\nassert twice(f)([1]) == 4',
      'assert (f if True else len)([1]) == 2',
      'assert max([[1], [1, 2]], key=f) == [1, 2, 1] or True',
      'm = [1, 2, 3]\nm2 = m[:]\nf(m)\nassert m != m2 and m[:3] == m2',
      'big = list(range(1000))\nassert f(big) == 1001',
      's = " ".join(["a", "b"])\nassert f(s) == 3',
      'd = dict.fromkeys("ab", 0)\nassert f(d) == 3 and d["n"] == 1',
      'k = {"a": 1}.items()\nassert f(k) == 1',
      'it = iter([1, 2])\nimport collections\nassert f(list(it)) == 3 and list(it) == []',
    ],
    honest: {},
    cheats: {},
  },
];
