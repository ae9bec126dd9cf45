import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeUnless } from '../../requirements.ts';
import { noPython } from '../real-python.ts';
import { python } from './source.ts';

const FOLDER = fileURLToPath(new URL('../../../environments/python/', import.meta.url));

/** The class, as Python names it, that the judge makes of these names and this base; or what that raises. */
function classOf(names: readonly (readonly [name: string, module: string])[], base: string): string {
  const program = python`
    import json, queue, random, sys
    from judge.errors import Classes

    names, base = json.load(sys.stdin)
    admitted = lambda kind: RuntimeError if issubclass(kind, StopIteration) else kind
    try:
        print(Classes({}.get, admitted).of(names, base).__mro__[:2])
    except ValueError as error:
        print(error)
  `;
  const run = spawnSync('python3', ['-B', '-c', program], {
    cwd: FOLDER,
    input: JSON.stringify([names, base]),
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  return run.stdout.trim();
}

describeUnless(noPython, "the class of a solution's exception", () => {
  it("is Python's own where that has one of this name", () => {
    expect(classOf([], 'KeyError')).toContain("<class 'KeyError'>");
    expect(classOf([['Empty', 'queue']], 'Exception')).toContain("<class '_queue.Empty'>");
    expect(classOf([['Own', 'solution']], 'ValueError')).toContain("Own'>, <class 'ValueError'>");
  });

  it('is none that is not admitted, by whatever name and base', () => {
    const admitted = "(<class 'RuntimeError'>, <class 'Exception'>)";
    const named = ['StopIteration', 'builtins'] as const;
    expect(classOf([], 'StopIteration')).toBe(admitted);
    expect(classOf([named], 'Exception')).toBe(admitted);
    expect(classOf([['Own', 'solution'], named], 'Exception')).toBe(admitted);
    expect(classOf([['Own', 'solution']], 'StopIteration')).toContain("Own'>, <class 'RuntimeError'>");
  });

  it('is one of exceptions', () => {
    expect(classOf([['Random', 'random']], 'object')).toBe('no exception');
    expect(classOf([], 'int')).toBe('no exception');
  });
});
