import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, SANDBOX_FAILURES } from '../../environments/failure.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TESTS = join(ROOT, 'test');
/** Where the table's names of test files lead. */
const FOLDERS = ['', 'environments', 'docker'].map((folder) => join(TESTS, folder));

const rows = readFileSync(join(ROOT, 'environments/README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.includes('| --- '))
  .map((line) => line.split('|').slice(1, -1));

const named = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** Whether a name means a test file: `folder/file`, or `folder/file*` for several. */
function isTest(name: string): boolean {
  return FOLDERS.some((folder) => {
    const path = join(folder, name);
    if (['.test.ts', '.ts', '.py'].some((end) => existsSync(path + end))) return true;
    const within = dirname(path);
    const start = path.endsWith('*') ? path.slice(within.length + 1, -1) : null;
    return start !== null && existsSync(within) && readdirSync(within).some((file) => file.startsWith(start));
  });
}

describe('the table of grades and failures', () => {
  it('has a row for every failure code', () => {
    const codes = new Set(rows.flatMap(([code]) => named(code)));
    const published = Object.values(SANDBOX_FAILURES).map(({ code }) => code);
    for (const code of [...published, failureOf(new Error('any'), 'grading', true).code]) {
      expect(codes).toContain(code);
    }
  });

  it('names tests that there are', () => {
    const tests = rows.flatMap((cells) => named(cells.at(-1))).filter((name) => name.includes('/'));
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.filter((name) => !isTest(name))).toEqual([]);
  });
});
