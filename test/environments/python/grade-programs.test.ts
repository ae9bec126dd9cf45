import { expect, it } from 'vitest';
import { type EngineCase, engineCases } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { judging } from './judging.ts';
import { python } from './source.ts';

function itAsks(engine: EngineCase): void {
  const judged = judging(engine);

  it('asks a grade program, which sees the solution by calls alone', async () => {
    const grade = python`
      def grade(solution):
          right = sum(solution.f(n) == n * n for n in range(4))
          output, status = solution.run('5')
          return (right + (output.strip() == 'said 5' and status == 0)) / 5
    `;
    const program =
      "if __name__ == '__main__':\n    try:\n        print('said', input())\n    except EOFError:\n        pass\n";
    expect((await judged({ grade }, `def f(n):\n    return n * n\n${program}`)).reward).toBe(1);
    expect((await judged({ grade }, `def f(n):\n    return 0\n${program}`)).reward).toBe(0.4);
    expect((await judged({ grade }, 'def f(n):\n    raise ValueError\n')).reward).toBe(0);
  });

  it('lets the gold tell a grade program that is broken from one that a solution made fail', async () => {
    const grade = 'def grade(solution):\n    print("graded")\n    return 1 / solution.f()\n';
    const record = { grade, gold: 'f = lambda: 2\n' };
    expect((await judged(record, 'f = lambda: 4\n')).reward).toBe(0.25);
    for (const value of ["'text'", '0', '0.5', 'float("nan")', '[[]]']) {
      const { reward, tests } = await judged(record, `f = lambda: ${value}\n`);
      expect({ value, reward, of: tests[0]?.error?.of }).toEqual({ value, reward: 0, of: 'test' });
    }
    const broken = [
      'def grade(solution):\n    return mistyped\n',
      'def grade(:\n',
      'def grade(solution):\n    return 2\n',
    ];
    for (const grade of broken) {
      await expect(judged({ ...record, grade }, record.gold)).rejects.toMatchObject({ code: 'runner_fault' });
    }
  });

  it('gives NaN only to a grade program that names it', async () => {
    const clamped =
      'def grade(solution):\n    return max(0.0, min(1.0, sum(solution.f(n)[0] for n in (1, 2)) / 4))\n';
    const gold = 'def f(x):\n    return [2.0]\n';
    const given = async (grade: string, source: string) => (await judged({ grade, gold }, source)).reward;
    expect(await given(clamped, gold)).toBe(1);
    expect(await given(clamped, "def f(x):\n    return [float('nan')]\n")).toBe(0);
    const named = 'import math\ndef grade(solution):\n    return math.isnan(solution.f(1)[0])\n';
    expect(await given(named, "def f(x):\n    return [float('nan')]\n")).toBe(1);
  });
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a grade program on the ${engine.name} engine`, () => itAsks(engine));
}
