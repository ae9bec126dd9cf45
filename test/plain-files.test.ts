import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { plainFiles } from './plain-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const CI = new URL('../.ci/', import.meta.url);

const folder = temporaryFolder();

/** The names of the plain files among these, which are written below an empty folder. */
function plainAmong(files: Readonly<Record<string, string>>): string[] {
  const all = { 'requirements.ts': "import { it } from 'vitest';", ...files };
  for (const [name, text] of Object.entries(all)) {
    const path = join(folder(), 'test', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return plainFiles(join(folder(), 'test')).map((path) => path.slice(join(folder(), 'test/').length));
}

describe('a test file is plain', () => {
  it('where nothing that it imports of its folder asks the machine for anything', () => {
    const files = {
      'a.test.ts': "import { b } from './deep/b.ts';\nimport { c } from '../product.ts';",
      'deep/b.ts': "export { a } from './a.ts';",
      'deep/a.ts': "import './b.ts';\nimport data from './data.json';",
      'deep/b.test.ts': "import { it } from 'vitest';",
      'helper.ts': '',
    };
    expect(plainAmong(files)).toEqual(['a.test.ts', 'deep/b.test.ts']);
  });

  it.each([
    ['imports it', "import { itUnless } from './requirements.ts';"],
    ['imports it in lines', "import {\n  describeUnless,\n  itUnless,\n} from './requirements.ts';"],
    ['imports it for its effect', "import './requirements.ts';"],
    ['imports it later', "const { itUnless } = await import('./requirements.ts');"],
    ['imports a file that imports it', "import { engine } from './deep/engines.ts';"],
    ['imports a file that hands it on', "import { engine } from './deep/all.ts';"],
  ])('not where it %s', (_, text) => {
    const files = {
      'a.test.ts': text,
      'deep/engines.ts': "import { titled } from '../requirements.ts';",
      'deep/all.ts': "export * from './engines.ts';",
    };
    expect(plainAmong(files)).toEqual([]);
  });
});

describe('the runs of CI', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** What vitest is told to leave out. */
  async function excluded(leftOut: string): Promise<readonly string[]> {
    vi.stubEnv('STEPWELL_LEAVE_OUT', leftOut);
    vi.resetModules();
    return (await import('../vitest.config.ts')).default.test?.exclude ?? [];
  }

  it('leave out plain files only where that is asked for', async () => {
    const always = await excluded('');
    const plain = plainFiles(import.meta.dirname);
    expect(plain).toContain(join(import.meta.dirname, 'long-first.test.ts'));
    expect(plain).not.toContain(join(import.meta.dirname, 'contract/docker-engine.test.ts'));
    expect(await excluded('local')).toEqual(always);
    expect(await excluded('plain')).toEqual([...always, ...plain]);
  });

  it('leave nothing out on the bare machine, so that each file is run by both users', () => {
    const bare = readFileSync(new URL('bare', CI), 'utf8');
    expect(bare).not.toContain('STEPWELL_LEAVE_OUT');
    expect(bare).toContain('\nboth_commands 0 &\n');
    expect(bare).toContain('\nboth_commands 1000 || status=$?\n');
    expect(bare.match(/npm test.*/g)).toEqual([
      // Flags alone: neither files nor names of tests.
      expect.stringMatching(/^npm test --( --[A-Za-z]+=\w+)* \$report" \|\| ended=\$\?$/),
    ]);
    expect(readFileSync(new URL('run', CI), 'utf8')).toMatch(
      /^STEPWELL_LEAVE_OUT=local,plain .*\n? *npm test/m,
    );
  });
});
