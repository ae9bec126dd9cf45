import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Outcome, rowsOf, type SecurityCase, securityCases } from './cases.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const source = (file: string) => readFileSync(resolve(ROOT, file), 'utf8');

const points = source('SECURITY.md')
  .split(/\n(?=- |## |\*\*)/)
  .map((text) => text.replace(/\s+/g, ' '));

/** Each point of a part with the tests that it names, by file. */
function claims(part: string): (readonly [string, [file: string, title: string][]])[] {
  const from = points.findIndex((text) => text.startsWith(`## ${part}`)) + 1;
  const length = points.slice(from).findIndex((text) => text.startsWith('## '));
  return points
    .slice(from, from + length)
    .filter((text) => text.startsWith('- '))
    .map((text) => {
      const tests = [...text.matchAll(/\]\((test\/[^)]+\.ts)\)((?:[ ,]*“[^”]+”)+)/g)].flatMap(
        ([, file = '', titles = '']) =>
          [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']): [string, string] => [file, title]),
      );
      return [text, tests] as const;
    });
}

describe('the promises of SECURITY.md', () => {
  const promised = [...claims('What is protected from an agent'), ...claims('What is protected from others')];

  it('are many', () => {
    expect(promised.length).toBeGreaterThan(18);
  });

  it.each([...promised, ...claims('What is not protected').filter(([, tests]) => tests.length > 0)])(
    'name tests that there are: %s',
    (_, tests) => {
      expect(tests.length).toBeGreaterThan(0);
      for (const [file, title] of tests)
        expect(
          [`'${title}'`, `"${title}"`].some((text) => source(file).includes(text)),
          title,
        ).toBe(true);
    },
  );
});

describe('the table of cases', () => {
  const one: SecurityCase = {
    part: 'limits',
    case: 'a bomb',
    outcome: 'stopped',
    tests: [{ file: 'a.test.ts', title: 'a bomb' }],
  };
  const outcome = (state: Outcome['state'], title = 'a bomb'): Outcome[] =>
    ['docker', 'local'].map((engine) => ({
      file: 'a.test.ts',
      name: `what is taken, on the ${engine} engine > ${title}`,
      state,
      ms: 5,
    }));
  const told = (cases: SecurityCase[], outcomes: Outcome[]) =>
    rowsOf(cases, outcomes).map(({ engine, outcome, ms, isExpected }) => [engine, outcome, ms, isExpected]);

  it('says of each engine what was declared, when its tests pass', () => {
    expect(told([one], outcome('passed'))).toEqual([
      ['docker', 'stopped', 5, true],
      ['local', 'stopped', 5, true],
    ]);
  });

  it('is not as declared where a test failed, is missing or was skipped without a reason', () => {
    const wrong = [
      outcome('failed'),
      [],
      outcome('skipped'),
      outcome('passed', 'another'),
      outcome('pending'),
    ];
    for (const outcomes of wrong)
      for (const [, said, , isExpected] of told([one], outcomes))
        expect([said, isExpected]).toEqual([expect.stringContaining('MISMATCH'), false]);
    expect(told([{ ...one, tests: [] }], [])[0]?.[3]).toBe(false);
  });

  it('gives the reason of what was not shown', () => {
    expect(told([one], outcome('skipped', 'a bomb (not here: no cgroups)'))[0]).toEqual([
      'docker',
      'not shown: no cgroups',
      5,
      true,
    ]);
    const both = [...outcome('passed'), ...outcome('skipped', 'a bomb of threads (not here: no cgroups)')];
    expect(told([one], both)[0]?.[1]).toBe('stopped; in part not shown: no cgroups');
  });

  it('has cases whose tests exist', () => {
    for (const { case: name, tests, unshown } of securityCases) {
      expect([name, tests.length > 0 || unshown !== undefined]).toEqual([name, true]);
      for (const { file } of tests) expect(source(`test/${file}`).length).toBeGreaterThan(0);
    }
  });
});
