import { expect, it } from 'vitest';
import { type EngineCase, engineCases } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { judging } from './judging.ts';
import { python } from './source.ts';

function itDecides(engine: EngineCase): void {
  const judged = judging(engine);
  /** The statements that pass. */
  async function passing(codes: readonly string[], source: string) {
    const tests = codes.map((code) => ({ name: code, code }));
    const { tests: outcomes } = await judged({ entry: 'f', tests }, source);
    return outcomes.filter(({ passed }) => passed).map(({ name }) => name);
  }

  const ASKING = [
    'assert f("c").startswith("ab")',
    'text = f("c")\nassert text.startswith("ab") and len(text) == 3',
    'text = f("c")\nassert text.isalpha() and not text.isdigit()',
    'assert all(f(given).endswith(given) for given in "cd")',
    'assert all(part.isalpha() for part in f("c"))',
    'assert all(isinstance(part, str) and part for part in f("c")) and any(map(str.isalpha, f("c")))',
    'assert "b" in f("c")',
    'assert [part.upper() for part in f("c")] == ["A", "B", "C"]',
    'import re\nassert re.fullmatch("[a-c]+", f("c"))',
    'assert "zabc".endswith(f("c")) and ["abc"].count(f("c")) == 1',
  ];

  it('asks plain values by its own methods, whatever class they had', async () => {
    expect(await passing(ASKING, "def f(x):\n    return 'ab' + x\n")).toEqual(ASKING);
    const cheat = python`
      import re

      class Any(str):
          startswith = endswith = isalpha = isdigit = upper = lambda *ignored: True
          __contains__ = __eq__ = __len__ = lambda *ignored: 3
          __hash__ = str.__hash__
          __iter__ = lambda self: iter([self])

      class Numbers(list):
          count = index = __contains__ = lambda *ignored: 1

      def yes(*ignored, **named):
          return True

      all = any = isinstance = map = re.fullmatch = yes

      def f(x):
          return Numbers() if x == 5 else Any('?')
    `;
    const numbers = [
      'assert f(5).count(6) == 1',
      'assert 6 in f(5)',
      'got = f(5)\nassert 6 in got and 5 in got',
    ];
    expect(await passing([...ASKING, ...numbers], cheat)).toEqual([]);
    expect(await passing(numbers, 'def f(x):\n    return [x, x + 1]\n')).toEqual(numbers);
  });

  it('finds in an object of the solution only what that has', async () => {
    const source = 'class Any:\n    def __contains__(self, part):\n        return True\n';
    const codes = ['assert 6 in f(5)', 'for want in (5, 6):\n    assert want in f(5)'];
    expect(await passing(codes, `${source}\ndef f(x):\n    return Any()\n`)).toEqual([]);
    const tables = 'want = [5, 6]\nassert all(part in want for part in f(5))';
    const same = 'class Same:\n    __eq__ = lambda *both: True\n\ndef f(x):\n    return [Same()]\n';
    expect(await passing([tables, ...codes], same)).toEqual([]);
    const iterable = `${source}    def __iter__(self):\n        return iter((5, 6))\n`;
    expect(await passing(codes, `${iterable}\ndef f(x):\n    return Any()\n`)).toEqual(codes);
  });

  it('lets objects, generators and what changes live where they are', async () => {
    const source = python`
      class Shelf:
          def __init__(self, parts):
              self.parts = parts

          def __contains__(self, part):
              return part in self.parts

          def put(self, part):
              self.parts.append(part)
              return self

          def has(self, part):
              return part in self

          def each(self, function):
              return [function(part) for part in self.parts]

          def with_each(self, function):
              return Shelf(self.each(function))

          def numbers(self):
              return numbers()

          def __str__(self):
              return 'shelf'

          def shelves(self):
              return (Shelf([part]) for part in self.parts)

      def f(x):
          return Shelf([x])

      def numbers():
          sent = 0
          while True:
              sent = (yield sent) or 0
    `;
    const codes = [
      'assert f(1).put(2).has(2) and not f(1).has(2)',
      'shelf = f(1)\nshelf.put(2)\nassert shelf.each(lambda part: part + 1) == [2, 3] and shelf.__contains__(2)',
      'shelf = f(1)\nassert shelf.parts.pop() == 1 and shelf.parts == []',
      'shelf = f(1)\nassert [other.parts for other in shelf.shelves()] == [[1]] and shelf.parts.copy() == [1]',
      'assert all(other.has(1) for other in f(1).shelves())',
      'assert f(1).put(2).with_each(lambda part: 2 * part).each(lambda part: part + 1) == [3, 5]',
      'assert f(1).numbers().send(None) == 0 and f(1).put(2).numbers().__next__() == 0',
      'flow = numbers()\nassert sum(n for n, _ in zip(flow, range(3))) == 0 and "{}".format(f(1)) == "shelf"',
      'made = [f]\nassert made[0](1).has(1) and [f(1).has(1), f(1).has(2)].count(True) == 1',
      'assert all(isinstance(other, Shelf) for other in f(1).shelves()) and any(f(n).has(2) for n in (1, 2))',
      'flow = numbers()\nnext(flow)\nassert flow.send(7) == 7 and next(flow) == 0',
      'assert Shelf([1]).put(2).has(2) and isinstance(f(1), Shelf)',
    ];
    expect(await passing(codes, source)).toEqual(codes);
  });

  it('lets no exception of a solution end its own loops, but those that a test names', async () => {
    const codes = [
      'assert all(map(lambda case: f(case[0]) == case[1], [(1, 2), (2, 4)]))',
      'wrong = list(filter(lambda n: f(n) != 2 * n, range(3)))\nassert not wrong',
      'def check(candidate):\n    assert all(map(lambda n: candidate(n) == 2 * n, range(3)))\n\ncheck(f)',
    ];
    for (const kind of ['StopIteration', 'StopAsyncIteration', 'GeneratorExit'])
      expect(await passing(codes, `class Own(${kind}): pass\ndef f(x):\n    raise Own\n`)).toEqual([]);
    expect(await passing(codes, 'def f(x):\n    return 2 * x\n')).toEqual(codes);
    const named = ['try:\n    f(1)\n    assert False\nexcept StopIteration:\n    pass'];
    expect(await passing(named, 'def f(x):\n    raise StopIteration\n')).toEqual(named);
  });

  it('counts all that a solution uses where that matters: it may start threads, but no processes', async () => {
    const tests = [{ name: 'a', args: [3], value: 6 }];
    const work = 'import os, subprocess, threading\n\ndef work(x, give):\n    give(2 * x)\n\n';
    const forked = python`
      import signal

      signal.signal(signal.SIGCHLD, signal.SIG_IGN)

      def f(x):
          ours, theirs = os.pipe()
          if os.fork() == 0:
              os.write(theirs, b'%d' % (2 * x))
              os._exit(0)
          return int(os.read(ours, 9))
    `;
    const threaded = python`
      def f(x):
          got = []
          threads = [threading.Thread(target=work, args=(x, got.append)) for _ in range(3)]
          for thread in threads:
              thread.start()
          for thread in threads:
              thread.join()
          return got[0]
    `;
    const run = "def f(x):\n    return int(subprocess.check_output(['echo', '6']))\n";
    const rewards = async (source: string) => [
      (await judged({ entry: 'f', tests }, work + source)).reward,
      (await judged({ entry: 'f', tests }, work + source, { alone: true })).reward,
    ];
    expect(await rewards(threaded)).toEqual([1, 1]);
    expect(await rewards(forked)).toEqual([1, 0]);
    expect(await rewards(run)).toEqual([1, 0]);
  });

  it('waits for no process that another one traces', async () => {
    const source = python`
      import ctypes, os, signal

      libc = ctypes.CDLL(None)
      libc.prctl(4, 1, 0, 0, 0)
      libc.prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0)
      traced = os.getpid()
      ours, theirs = os.pipe()
      if os.fork() == 0:
          os.setsid()
          if os.fork():
              os._exit(0)
          libc.ptrace(0x4206, traced, 0, 0)
          os.write(theirs, b'.')
          signal.pause()
      os.read(ours, 1)

      def f(x):
          if x == 1:
              os._exit(0)
          return x
    `;
    const tests = [0, 1, 2].map((x) => ({ name: `${x}`, args: [x], value: x }));
    const { tests: outcomes } = await judged({ entry: 'f', tests, test_timeout_ms: 1000 }, source);
    expect(outcomes.map(({ passed }) => passed)).toEqual([true, false, true]);
  }, 120_000);
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `the judge on the ${engine.name} engine`, () => itDecides(engine));
}
