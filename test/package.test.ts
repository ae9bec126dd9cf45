import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as client from 'stepwell/client';
import * as environment from 'stepwell/environment';
import { beforeAll, describe, expect, it } from 'vitest';
import * as clientSource from '../clients/typescript/public.ts';
import * as environmentSource from '../environments/public.ts';
import { BUILT, stepwellProgram } from './stepwell.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SHIPPED = /^(protocol|docker|environments|server|clients)\//;
const EXAMPLES = 'clients/examples/';
/** A package of its own, which pip installs. */
const PYTHON_PACKAGE = 'clients/python/';
/** The sources of the page, from which Vite makes other files. */
const PAGE = 'clients/page/';
/** Tests, but not that of the environment that `stepwell environments new` writes. */
const TEST = /^(?!(dist\/)?clients\/examples\/new-environment\/).*\.test\./;

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: 'pipe' });

it('in a clone its names mean the sources, so that a class is the same for all', () => {
  expect(client).toBe(clientSource);
  expect(environment).toBe(environmentSource);
});

describe('the npm package', () => {
  let packed: readonly string[] = [];

  beforeAll(() => {
    // Where `prepared.ts` has built the package, other tests run from that.
    const scripts = stepwellProgram() === BUILT ? ['--ignore-scripts'] : [];
    const [{ files }] = JSON.parse(run('npm', 'pack', '--dry-run', '--json', ...scripts));
    packed = files.map(({ path }: { path: string }) => path);
  });

  it('has what was built, the launcher, and nothing else', () => {
    const others = packed.filter((path) => !path.startsWith('dist/')).sort();
    expect(others).toEqual(['LICENSE', 'README.md', 'clients/cli/stepwell.js', 'package.json']);
    const built = packed.filter((path) => path.startsWith('dist/'));
    expect(built.filter((path) => !SHIPPED.test(path.slice('dist/'.length)))).toEqual([]);
    const own = built.filter((path) => !path.startsWith(`dist/${EXAMPLES}`));
    expect(own.filter((path) => /(?<!\.d)\.ts$|__pycache__/.test(path))).toEqual([]);
    expect(built.filter((path) => TEST.test(path))).toEqual([]);
    expect(built.filter((path) => path.startsWith(`dist/${PYTHON_PACKAGE}`))).toEqual([]);
  });

  // npm leaves out some names by itself, e.g. `.npmrc`, and what a `.gitignore` lists.
  it('has every file of its folders: TypeScript as JavaScript and declarations, examples and others as they are', () => {
    const sources = run('git', 'ls-files', '-z').split('\0').slice(0, -1);
    const shipped = sources.filter(
      (path) =>
        SHIPPED.test(path) &&
        !path.startsWith(PYTHON_PACKAGE) &&
        !path.startsWith(PAGE) &&
        !TEST.test(path) &&
        path !== 'clients/cli/stepwell.js',
    );
    const wanted = shipped.flatMap((path) =>
      path.endsWith('.ts') && !path.startsWith(EXAMPLES)
        ? ['.js', '.d.ts'].map((ending) => path.replace(/\.ts$/, ending))
        : [path],
    );
    expect(wanted.length).toBeGreaterThan(500);
    expect(wanted.filter((path) => !packed.includes(`dist/${path}`))).toEqual([]);
  });

  it('has the page as it was built, and none of its sources', () => {
    const page = packed.filter((path) => path.startsWith(`dist/${PAGE}`));
    expect(page).toContain(`dist/${PAGE}index.html`);
    expect(page.filter((path) => !/\.(html|js|css|svg)$/.test(path))).toEqual([]);
  });

  it('has every file that package.json names', () => {
    const { bin, exports } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
    const named = JSON.stringify([bin, exports]).match(/[^"]+\.(js|ts|json)(?=")/g) ?? [];
    expect(named.length).toBeGreaterThan(5);
    const missing = named.map((path) => path.replace(/^\.\//, '')).filter((path) => !packed.includes(path));
    expect(missing.filter((path) => path !== 'package.json')).toEqual([]);
  });
});
