import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { LONG, LongFirst } from './long-first.ts';

const specification = (name: string) =>
  ({
    moduleId: new URL(name, import.meta.url).pathname,
    project: { name: '', config: { isolate: false, sequence: { groupOrder: 0 } } },
  }) as TestSpecification;

it('names files that exist, each once', () => {
  expect(LONG.filter((name) => !existsSync(new URL(name, import.meta.url)))).toEqual([]);
  expect(new Set(LONG).size).toBe(LONG.length);
});

it('starts long files first, however small they are, and the others by size', async () => {
  const [first = '', second = ''] = LONG;
  const sizes = new Map([
    ['./readme.test.ts', 10],
    ['./package.test.ts.none', 20],
  ]);
  const cache = {
    getFileTestResults: () => undefined,
    getFileStats: (key: string) => ({
      size: [...sizes].find(([name]) => key.endsWith(name.slice(2)))?.[1] ?? 1,
    }),
  };
  const vitest = { cache, config: { root: new URL('..', import.meta.url).pathname } } as unknown as Vitest;
  const files = [...sizes.keys(), second, first].map(specification);
  const sorted = await new LongFirst(vitest).sort(files);
  const place = (name: string) =>
    sorted.findIndex(({ moduleId }) => moduleId === specification(name).moduleId);
  expect([first, second, './package.test.ts.none', './readme.test.ts'].map(place)).toEqual([0, 1, 2, 3]);
});
