import { expect, it } from 'vitest';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { type EngineCase, engineCases } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { judging } from './judging.ts';
import { python } from './source.ts';

function itJudges(engine: EngineCase): void {
  const judged = judging(engine);
  async function passed(record: Partial<PythonTaskRecord>, source: string) {
    return (await judged(record, source)).tests.map((test) => test.passed);
  }
  const coded = (...codes: string[]) => ({
    entry: 'f',
    tests: codes.map((code, index) => ({ name: `${index}`, code })),
  });

  it('compares plain calls with plain values, by value and not by what the solution calls equal', async () => {
    const source = python`
      class Yes(int):
          def __eq__(self, other):
              return True

      def f(x, y=0):
          if x == 'raise':
              raise KeyError(x)
          return Yes(1) if x == 'yes' else (x, y) if y else x
    `;
    const right = ['assert f([1, {2: (3, None)}]) == [1, {2: (3, None)}]', 'assert f(-1, y=2j) == (-1, 2j)'];
    const wrong = [
      "assert f('yes') == 2",
      "assert f('raise') == 1",
      'assert f(1) == True + 1',
      'assert f(1) == 1.5',
    ];
    expect(await passed(coded(...right), source)).toEqual(right.map(() => true));
    const { tests } = await judged(coded(...wrong), source);
    expect(tests.map((test) => test.passed)).toEqual(wrong.map(() => false));
    expect(tests[0]?.error).toMatchObject({ type: 'AssertionError', statement: wrong[0], actual: '1' });
    expect(tests[1]?.error).toMatchObject({ type: 'KeyError', of: 'solution', line: 7 });
  });

  it('compares what statements of every shape say', async () => {
    const source = python`
      import collections, dataclasses, decimal, datetime, fractions

      def f(x):
          return x

      def counted(x):
          return collections.Counter(x)

      def lazily(n):
          yield from range(n)

      @dataclasses.dataclass
      class Point:
          x: int

      Pair = collections.namedtuple('Pair', 'a b')
    `;
    const right = [
      'assert f(3.14159) - 3.14 < 0.01 and abs(f(3.14159) - 3.14159) < 1e-6',
      'import math\nassert math.isclose(f(0.1) + 0.2, 0.3)',
      "assert counted('aab') == {'a': 2, 'b': 1}",
      'assert list(lazily(3)) == [0, 1, 2] and set(f([1, 1])) == {1}',
      'assert Point(1) == Point(1) and Point(1) != Point(2) and not Point(1) == 1',
      'assert Pair(1, 2) == (1, 2) and f(Pair(1, 2)).b == 2',
      "from decimal import Decimal\nassert f(Decimal('2.50')) == Decimal('2.5')",
      'import datetime\nassert f(datetime.date(2024, 2, 29)).year == 2024\nassert f(datetime.date(2024, 1, 1)) == datetime.date(2024, 1, 1)',
      'for given, want in [(1, 1), (2, 2)]:\n    assert f(given) == want, given',
      'cases = {1: 1, 2: 2}\nassert all(f(given) == want for given, want in cases.items())',
      'wrong = [given for given, want in [(1, 1)] if f(given) != want]\nassert not wrong',
      "def check(candidate):\n    for n in range(3):\n        assert candidate(n) == n\n    assert candidate(n='x' if False else 1) if False else True\n\ncheck(f)",
      'assert f(float("inf")) == float("inf") and f(-0.0) == 0 and f(10 ** 5000) == 10 ** 5000',
      "assert f(b'x\\x00') == b'x\\x00' and f('\\ud800') == '\\ud800' and f({1: {2}}) == {1: {2}}",
      'assert isinstance(f(1), int) and not isinstance(f(1), str) and type(f(1)) == int',
      'assert [f(1), f("a")] == [1, "a"] and (f(1), f(2)) == (1, 2)',
    ];
    const wrong = [
      'assert f(True) is False',
      'assert f(1) == 2',
      'for given, want in [(1, 1), (2, 3)]:\n    assert f(given) == want',
      'def check(candidate):\n    assert candidate(1) == 2\n\ncheck(f)',
      'assert Point(1) == 1',
      'assert unknown(1) == 1',
    ];
    expect(await passed(coded(...right), source)).toEqual(right.map(() => true));
    expect(await passed(coded(...wrong), source)).toEqual(wrong.map(() => false));
  });

  it('sees what a solution does to objects that it was given', async () => {
    const source = 'def f(items):\n    items.append(9)\n';
    const codes = [
      'items = [1]\nf(items)\nassert items == [1, 9]',
      'def check(candidate):\n    items = [1]\n    candidate(items)\n    return items\n\nassert True\nitems = []\nf(items)\nf(items)\nassert items == [9, 9]',
      'for start in ([], [1]):\n    items = list(start)\n    f(items)\n    assert items == start + [9]',
    ];
    expect(await passed(coded(...codes), source)).toEqual([true, true, true]);
  });

  it('lets the setup serve both sides, and a helper of the setup judge', async () => {
    const setup =
      'def near(a, b):\n    return abs(a - b) < 0.1\n\nclass Node:\n    def __init__(self, value):\n        self.value = value\n';
    const record = {
      ...coded('assert near(f(Node(1)).value, 1.05)', 'assert near(f(Node(1)).value, 2)'),
      setup,
    };
    const cheat = 'near = lambda a, b: True\nNode.__eq__ = lambda *both: True\n';
    expect(await passed(record, 'def f(node):\n    return node\n')).toEqual([true, false]);
    expect(await passed(record, `${cheat}def f(node):\n    return Node(5)\n`)).toEqual([false, false]);
  });

  it('keeps what is expected from the solution where tables hold it beside the arguments', async () => {
    const source = python`
      import gc, sys

      def f(x):
          frame = sys._getframe()
          while frame:
              for thing in [*frame.f_locals.values(), *frame.f_globals.values()]:
                  if isinstance(thing, (list, dict, tuple)) and 'want' in str(thing):
                      return thing['want'] if isinstance(thing, dict) else thing[0]['want']
              frame = frame.f_back
          for thing in gc.get_objects():
              if isinstance(thing, dict) and type(thing.get('want')) is int:
                  return thing['want']
    `;
    const table = "cases = [{'given': 1, 'want': 77}]\n";
    const codes = [
      "assert f(cases[0]['given']) == cases[0]['want']",
      "for case in cases:\n    assert f(case['given']) == case['want']",
      "assert all(f(case['given']) == case['want'] for case in cases)",
      "got = [f(case['given']) for case in cases]\nassert got == [case['want'] for case in cases]",
      "want = [77]\ngot = [f(case['given']) for case in cases]\nassert got == want",
    ];
    const record = coded(...codes.map((code) => table + code));
    expect(await passed(record, source)).toEqual(codes.map(() => false));
    expect(await passed(record, 'def f(x):\n    return 76 + x\n')).toEqual(codes.map(() => true));
  });

  it('compares values of calls as JSON has them', async () => {
    const calls = [
      { args: [[1, 2]], value: [1, 2] },
      { args: [{ a: [1.0000000001] }], value: { a: [1.0] } },
      { args: [true], value: 1 },
      { args: [1], value: true },
      { args: [3.0], value: 3 },
      { args: [null], value: null },
      { args: [7], value: [7], also: 7 },
      { args: [1307674367999.9983], value: 1307674368000 },
      { args: [2.9999999], value: 3 },
      { args: [1307674368000.4], value: 1307674368000.5 },
      { args: [{ pair: [1, 2] }], value: [1, 2] },
    ];
    const record = { entry: 'f', tests: calls.map((call, index) => ({ name: `${index}`, ...call })) };
    const source = python`
      import collections

      Pair = collections.namedtuple('Pair', 'a b')

      def f(x):
          if type(x) is dict and 'pair' in x:
              return Pair(*x['pair'])
          return tuple(x) if type(x) is list else x
    `;
    const compared = [true, true, false, false, true, true, true, false, true, true, true];
    expect(await passed(record, source)).toEqual(compared);
  });

  it('compares outputs by lines of words and numbers', async () => {
    const table: [printed: string, expected: string, same: boolean][] = [
      ['a  b\\n\\n', 'a b', true],
      ['a\\nb', 'a b', false],
      ['0.3000001', '0.3', true],
      ['0.301', '0.3', false],
      ['5.0', '5', true],
      ['5.0000001', '5', false],
      ['9007199254740993.06', '9007199254740993.07', false],
      ['nan', '1.5', false],
      ['NaN', 'nan', false],
      ['1e3', '1000', true],
      ['\uff14\uff12', '42', false],
      ['Yes', 'YES', false],
      ['', '', true],
    ];
    const tests = table.map(([text, stdout], index) => ({ name: `${index}`, stdin: text, stdout }));
    const source = "import sys\nsys.stdout.write(sys.stdin.read().replace('\\\\n', '\\n'))\n";
    expect(await passed({ tests }, source)).toEqual(table.map(([, , same]) => same));
  });

  it('fails a program that ends with an error, whatever it printed', async () => {
    const tests = [{ name: 'one', stdin: '', stdout: '1' }];
    expect(await passed({ tests }, 'print(1)')).toEqual([true]);
    expect(await passed({ tests }, 'print(1); raise SystemExit')).toEqual([true]);
    expect(await passed({ tests }, 'print(1); raise SystemExit(3)')).toEqual([false]);
    const { tests: outcomes } = await judged({ tests }, 'x = 1\nprint(x)\nx / 0\n');
    expect(outcomes[0]?.error).toMatchObject({ type: 'ZeroDivisionError', line: 3, of: 'solution' });
  });

  it('lets a test that crashes or hangs fail alone', async () => {
    const source = python`
      import os

      def f(x):
          if x == 1:
              os._exit(0)
          if x == 2:
              os.kill(os.getpid(), 11)
          while x == 3:
              pass
          return x
    `;
    const record = {
      ...coded(...[0, 1, 2, 3, 4].map((x) => `assert f(${x}) == ${x}`)),
      test_timeout_ms: 500,
    };
    const { reward, tests } = await judged(record, source);
    expect(tests.map((test) => test.passed)).toEqual([true, false, false, false, true]);
    expect(tests.map(({ error }) => error?.type)).toEqual([
      undefined,
      'InterpreterLost',
      'InterpreterLost',
      'TimeoutError',
      undefined,
    ]);
    expect(reward).toBe(0.4);
  });

  it('forgets what tests do to the judge that runs them', async () => {
    const source = 'def f(x):\n    return x\n';
    const spoilt = 'import builtins\nbuiltins.abs = lambda *_: 1\nassert f(1) == abs(-5)';
    const plain = 'assert f(3) == 3';
    for (const code of [plain, spoilt, plain, 'assert f(5) == abs(-5)', 'assert f(1) == abs(-5)', plain])
      expect({ code, passed: await passed(coded(code), source) }).toEqual({
        code,
        passed: [code !== 'assert f(1) == abs(-5)'],
      });
  });

  it('hears nothing of what tests print', async () => {
    expect(
      await passed(
        coded('for n in range(2):\n    print(n)\n    assert f(n) == n'),
        'def f(x):\n    return x\n',
      ),
    ).toEqual([true]);
  });

  it('tells where a solution cannot be read', async () => {
    const { reward, tests } = await judged(coded('assert f(1) == 1'), 'def f(x):\n    return (\n');
    expect(reward).toBe(0);
    expect(tests[0]?.error).toMatchObject({ type: 'SyntaxError', line: 2, of: 'solution' });
  });

  it('replays the steps of a session, those that raised too, and binds the submitted name', async () => {
    const steps = [
      { code: 'import math\ndef g(x):\n    return x + offset\nraise ValueError' },
      { code: 'offset = int(input())', stdin: '2\n' },
    ];
    const how = { steps, strict: false, binding: 'f = g' };
    const { reward } = await judged(coded('assert f(1) == 3'), '', how);
    expect(reward).toBe(1);
  });
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `the judge on the ${engine.name} engine`, () => itJudges(engine));
}
