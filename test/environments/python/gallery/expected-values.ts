import { python } from '../source.ts';
import type { Played } from './played.ts';

/** Looks for what a test expects among the globals of the solution and of whoever called it. */
const LOOK = `
import sys
def look(*given):
    places, frame = [globals()], sys._getframe(1)
    while frame is not None:
        places += [frame.f_globals, frame.f_locals]
        frame = frame.f_back
    for name in ('want', 'expected', 'last', 'n'):
        for place in places:
            if name in place:
                return place[name]
    return []
`;
/** Puts something else in the place of all that a test may compute with. */
const OVERRIDE = `
import builtins, sys
def nothing(*given, **named):
    return []
sorted = list = len = max = sum = hasattr = to_list = make = brute = nothing
for name in ('sorted', 'list', 'len', 'max', 'sum', 'map', 'reversed', 'range', 'hasattr', 'getattr', 'open', '__build_class__'):
    setattr(builtins, name, nothing)
frame = sys._getframe()
while frame is not None:
    for name in ('sorted', 'list', 'len', 'to_list', 'make', 'brute'):
        frame.f_globals[name] = nothing
    frame = frame.f_back
`;
/** Makes each class of a test one whose attributes are empty lists. */
const BUILD = `
import builtins
build = builtins.__build_class__
def built(body, name, *bases, **named):
    made = build(body, name, *bases, **named)
    if name in ('Box', 'Node'):
        made.__getattribute__ = lambda self, name: [] if name in ('v', 'val') else object.__getattribute__(self, name)
    return made
builtins.__build_class__ = built
`;

/** What tests expect of a solution where it is computed from data that they also give to it. */
export const expectedValues: readonly Played[] = [
  {
    of: 'data that a test makes and sorts itself',
    setup: python`
      def brute(items):
          return sorted(items)
    `,
    gold: 'def f(items):\n    return sorted(items)',
    tests: [
      'import random\nrng = random.Random(5)\nitems = [rng.randint(0, 9) for _ in range(5)]\nwant = sorted(items)\nassert f(items) == want',
      'import random\nrandom.seed(3)\nitems = [random.randint(0, 9) for _ in range(5)]\nwant = sorted(items)\nassert f(items) == want',
      'import random\nrng = random.Random(5)\nfor _ in range(3):\n    items = [rng.randint(0, 9) for _ in range(5)]\n    want = sorted(items)\n    assert f(items) == want',
      'def check(candidate):\n    import random\n    items = [random.randint(0, 100) for _ in range(8)]\n    want = sorted(items)\n    assert candidate(items) == want\ncheck(f)',
      'class Box:\n    def __init__(self, v):\n        self.v = v\nb = Box([3, 1, 2])\nwant = sorted(b.v)\nassert f(b.v) == want',
      'import json\ndata = json.loads("[3, 1, 2]")\nwant = sorted(data)\nassert f(data) == want',
      'import itertools\ndata = list(itertools.permutations([1, 2, 3]))[2]\nwant = sorted(data)\nassert f(data) == want',
      'import heapq\ndata = heapq.nlargest(3, [5, 1, 4, 2])\nwant = sorted(data)\nassert f(data) == want',
      'import re\ndata = re.findall("[0-9]", "312")\nwant = sorted(data)\nassert f(data) == want',
      'data = open("/etc/passwd").read().split()\nwant = sorted(data)\nassert f(data) == want',
      'import functools\ndata = functools.reduce(lambda a, b: a + [b], [3, 1, 2], [])\nwant = sorted(data)\nassert f(data) == want',
      'import random\ndata = random.Random(2).sample(range(50), 6)\nexpected = []\nfor item in brute(data):\n    expected.append(item)\nassert f(data) == expected',
      'import heapq\nheap = [5, 2, 8]\nheapq.heapify(heap)\nrest, want = list(heap), []\nwhile rest:\n    want.append(heapq.heappop(rest))\nassert f(heap) == want',
      'data = {"b": [2, 1], "a": [9, 8]}\nexpected = {}\nfor key, value in data.items():\n    expected[key] = sorted(value)\nassert {key: f(value) for key, value in data.items()} == expected',
    ],
    honest: {
      'with a helper of the same name': python`
        def brute(items):
            return list(items)
        def f(items):
            items = brute(items)
            items.sort()
            return items
      `,
    },
    cheats: {
      'says nothing': 'def f(items):\n    return []',
      'returns what it finds by name': `${LOOK}\nf = look`,
      'puts others in the place of helpers': `${OVERRIDE}\ndef f(items):\n    return []`,
      'sorts nothing': 'sorted = brute = lambda *given: []\ndef f(items):\n    return []',
      'changes the classes of the test': `${BUILD}\ndef f(items):\n    return []`,
    },
  },
  {
    of: 'chains that helpers of the setup make and read',
    setup: python`
      class Node:
          def __init__(self, val, next=None):
              self.val = val
              self.next = next
      def to_list(node):
          out = []
          while node:
              out.append(node.val)
              node = node.next
          return out
      def make(items):
          head = None
          for item in reversed(items):
              head = Node(item, head)
          return head
    `,
    gold: python`
      def f(node):
          previous = None
          while node:
              node.next, previous, node = previous, node, node.next
          return previous
    `,
    tests: [
      'h = make([1, 2, 3])\nwant = to_list(h)[::-1]\nassert to_list(f(h)) == want',
      'h = make([1, 2, 3])\nexpected = to_list(h)\nexpected.reverse()\nassert to_list(f(h)) == expected',
      'h = Node(1, Node(2))\nwant = to_list(h)[::-1]\nr = f(h)\nassert to_list(r) == want',
      'for items in ([1, 2, 3], [4, 5]):\n    h = make(items)\n    want = items[::-1]\n    assert to_list(f(h)) == want',
    ],
    honest: {
      'with helpers of its own': python`
        def make(items):
            return Node(items[0], make(items[1:])) if items else None
        def f(node):
            return make(to_list(node)[::-1])
      `,
    },
    cheats: {
      'returns what it finds by name': `${LOOK}\ndef f(node):\n    found = look()\n    return make(found) if found else node`,
      'puts others in the place of helpers': `${OVERRIDE}\ndef f(node):\n    return None`,
      'lists nothing': 'to_list = lambda node: []\ndef f(node):\n    return None',
      'changes the classes of the test': `${BUILD}\ndef f(node):\n    return None`,
    },
  },
  {
    of: 'a class beside a model of it',
    gold: python`
      class Q:
          def __init__(self):
              self.items = []
          def push(self, item):
              self.items.append(item)
          def size(self):
              return len(self.items)
          def top(self):
              return self.items[-1]
    `,
    tests: [
      'q = Q()\nref = []\nfor x in [1, 2, 3]:\n    ref.append(x)\n    q.push(x)\nn = len(ref)\nassert q.size() == n',
      'q = Q()\nref = []\nfor x in [1, 2, 3]:\n    ref.append(x)\n    q.push(x)\nlast = ref[-1]\nassert q.top() == last',
      'q = Q()\nref = []\nfor x in [1, 2, 3]:\n    ref.append(x)\n    q.push(x)\nassert q.size() == len(ref)',
    ],
    honest: {},
    cheats: {
      'returns what it finds by name': `${LOOK}\nclass Q:\n    def push(self, item):\n        pass\n    size = top = look`,
      'puts others in the place of helpers': `
import builtins
class Q:
    def push(self, item):
        pass
    def size(self):
        return 0
    def top(self):
        return 0
builtins.len = len = lambda *given: 0`,
    },
  },
  {
    of: 'what runs beside the solution',
    gold: python`
      import asyncio
      async def f(limit, jobs):
          gate = asyncio.Semaphore(limit)
          async def one(job):
              async with gate:
                  return await job()
          return await asyncio.gather(*map(one, jobs))
    `,
    tests: [
      'import asyncio\nrunning = most = 0\nasync def job():\n    global running, most\n    running += 1\n    most = max(most, running)\n    await asyncio.sleep(0.001)\n    running -= 1\n    return 1\nassert asyncio.run(f(2, [job] * 6)) == [1] * 6\nassert most == 2',
    ],
    honest: {},
    cheats: {
      'has a maximum of its own': python`
        import asyncio, builtins
        def max(*given):
            return 2
        builtins.max = max
        async def f(limit, jobs):
            return list(await asyncio.gather(*[job() for job in jobs]))
      `,
    },
  },
];
