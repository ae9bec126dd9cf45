import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadDatasets } from '../../../../environments/dataset-store.ts';
import { importSweBench } from '../../../../environments/import/folders/swe-bench.ts';
import { absentPrograms, describeUnless } from '../../../requirements.ts';
import { datasetFolders, refused } from '../../dataset-folders.ts';

const folders = datasetFolders();
const GIT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', PATH: process.env.PATH };
const WHO = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'Someone'],
    [`GIT_${who}_EMAIL`, 'someone@example.org'],
    [`GIT_${who}_DATE`, '2024-01-01T00:00:00Z'],
  ]),
);
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, env: { ...GIT, ...WHO }, encoding: 'utf8' }).trim();

/** Makes `repositories/me__sums` with three commits. @returns a record whose fix is the second */
async function repository() {
  const folder = folders.path('repositories/me__sums');
  await mkdir(join(folder, 'tests'), { recursive: true });
  git(folder, 'init', '-q', '-b', 'trunk');
  const commit = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', 'work');
    return git(folder, 'rev-parse', 'HEAD');
  };
  const base = await commit({
    'sums.py': 'def add(a, b): return a - b\n',
    'tests/old.py': '1\n',
    'tests/gone.py': '2\n',
  });
  git(folder, 'rm', '-q', 'tests/gone.py');
  const fix = await commit({
    'sums.py': 'def add(a, b): return a + b\n',
    'tests/old.py': '1\n3\n',
    'tests/new.py': '4\n',
  });
  await commit({ 'later.py': 'secret = 1\n' });
  return {
    instance_id: 'me__sums-1',
    repo: 'me/sums',
    base_commit: base,
    problem_statement: 'add subtracts.',
    hints_text: 'Look at the sign.',
    patch: `${git(folder, 'diff', base, fix, '--', 'sums.py')}\n`,
    test_patch: `${git(folder, 'diff', base, fix, '--', 'tests')}\n`,
    FAIL_TO_PASS: '["tests/new.py::test_add"]',
    PASS_TO_PASS: ['tests/old.py::test_old'],
    created_at: '2024-01-01',
    version: 1.5,
  };
}

describeUnless(absentPrograms(['git']).length > 0 ? 'no git' : null, 'stepwell import swe-bench', () => {
  let record: Awaited<ReturnType<typeof repository>>;
  beforeEach(async () => {
    record = await repository();
  });

  async function imported(records: readonly unknown[], hints = false) {
    const file = folders.path('tasks.jsonl');
    await writeFile(
      file,
      records.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join(''),
    );
    const options = {
      home: folders.path('home'),
      name: 'mine',
      repositories: folders.path('repositories'),
      hints,
    };
    return importSweBench(file, options);
  }
  const folder = () => folders.path('home/datasets/mine/me__sums-1');

  it('makes a folder whose repository ends at the commit, and whose tests wait for the verifier', async () => {
    const { imported: made, left } = await imported([record]);
    expect({ made, left }).toMatchObject({ made: [{ name: 'mine', tasks: 1 }], left: [] });
    const [dataset] = await loadDatasets(folders.path('home'));
    expect(dataset?.tasks).toMatchObject([
      {
        id: 'me__sums-1',
        image: null,
        workdir: '/testbed',
        start: join(folder(), 'start'),
        instruction: expect.stringMatching(/me\/sums is in \/testbed.*\n\nadd subtracts\.$/s),
      },
    ]);
    const history = ['bundle', 'list-heads', join(folder(), 'start/repository.bundle')];
    expect(git(folder(), ...history)).toBe(`${record.base_commit} refs/heads/main`);
    git(folder(), 'clone', '-q', '-b', 'main', 'start/repository.bundle', 'clone');
    expect((await readdir(join(folder(), 'clone'))).sort()).toEqual(['.git', 'sums.py', 'tests']);
    const test = (name: string) => readFile(join(folder(), 'tests', name), 'utf8');
    expect(await test('files/tests/new.py')).toBe('4\n');
    expect(await test('files/tests/old.py')).toBe('1\n3\n');
    expect(await test('removed.txt')).toBe('tests/gone.py\n');
    expect(await test('fail-to-pass.txt')).toBe('tests/new.py::test_add\n');
    expect(await test('pass-to-pass.txt')).toBe('tests/old.py::test_old\n');
  });

  it('shows hints only where that is asked for', async () => {
    const text = async () => readFile(join(folder(), 'instruction.md'), 'utf8');
    await imported([record]);
    expect(await text()).not.toContain('sign');
    await imported([record], true);
    expect(await text()).toContain('Hints:\n\nLook at the sign.');
  });

  it('writes the same files again, and replaces what was there', async () => {
    const bundle = () => readFile(join(folder(), 'start/repository.bundle'), 'hex');
    await imported([record, { ...record, instance_id: 'other' }]);
    const first = await bundle();
    await imported([record]);
    expect(await bundle()).toBe(first);
    expect(await readdir(folders.path('home/datasets'))).toEqual(['mine']);
    expect((await readdir(folders.path('home/datasets/mine'))).sort()).toEqual([
      'dataset.toml',
      'me__sums-1',
    ]);
  });

  it('takes a bundle, an image, a command for the tests, wrong patches and cheats', async () => {
    const source = folders.path('repositories/me__sums');
    git(source, 'bundle', 'create', '-q', folders.path('repositories/sums.bundle'), 'trunk');
    const wrong = record.patch.replace('a + b', 'a * b');
    const more = { repo: 'you/sums', image: 'me/sums:1', test_command: "make 't' {test}", test_user: 'root' };
    await imported([{ ...record, ...more, wrong: [wrong], cheats: ['true'] }]);
    const [dataset] = await loadDatasets(folders.path('home'));
    expect(dataset?.tasks).toMatchObject([
      { image: { reference: 'me/sums:1' }, wrong: [expect.stringContaining('a * b')], cheats: ['true'] },
    ]);
    expect(dataset?.tasks[0]).not.toHaveProperty('start');
    const settings = await readFile(join(folder(), 'tests/settings.sh'), 'utf8');
    expect(settings).toBe("test_command='make '\\''t'\\'' {test}'\ntest_user='root'\n");
  });

  it.each<[string, (given: Record<string, unknown>) => unknown, string]>([
    ['a missing key', ({ patch: _, ...rest }) => rest, 'line 2, record 1, field patch: patch is missing'],
    [
      'a misspelt key',
      ({ test_patch, ...rest }) => ({ ...rest, test_path: test_patch }),
      'field test_path: unknown key "test_path"; test_patch is missing',
    ],
    [
      'a misspelt optional key',
      (given) => ({ ...given, test_comand: 'x {test}' }),
      'unknown key "test_comand"; did you mean test_command?',
    ],
    [
      'a wrong type',
      (given) => ({ ...given, base_commit: 7 }),
      'field base_commit: Invalid input: expected string, received number',
    ],
    [
      'names that are no list',
      (given) => ({ ...given, FAIL_TO_PASS: 'test_a' }),
      'field FAIL_TO_PASS: Invalid input: expected array, received string',
    ],
    [
      'no test that must pass',
      (given) => ({ ...given, FAIL_TO_PASS: '[]' }),
      'field FAIL_TO_PASS: no test would show',
    ],
    [
      'a command without a test',
      (given) => ({ ...given, test_command: 'make' }),
      'field test_command: it has no {test}',
    ],
    [
      'an id that is no name of a folder',
      (given) => ({ ...given, instance_id: '../x' }),
      '"../x" cannot be the name of a task’s folder'.replace('’', "'"),
    ],
    ['an id that another has', () => record, 'another task is already called me__sums-1'],
    ['text that is not JSON', () => '{"instance_id": ', 'line 2: not JSON'],
  ])('with %s is refused, and nothing is written', async (_, change, reason) => {
    const error = await refused(imported([record, change({ ...record, instance_id: 'b' })]));
    expect(error.message).toContain(reason);
    expect(await readdir(folders.path('home')).catch(() => [])).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a repository that is not there', { repo: 'me/other' }, 'the repository me/other is not in '],
    [
      'an unknown commit',
      { base_commit: 'f'.repeat(40) },
      'base_commit does not fit the repository: git ended with status',
    ],
    ['a commit that is an option', { base_commit: '--all' }, 'base_commit does not fit the repository: '],
    [
      'a patch for another state',
      { patch: 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n' },
      'patch does not fit the repository: x: does not exist in index',
    ],
    [
      'a test patch that leaves the repository',
      {
        test_patch:
          'diff --git a/../x b/../x\nnew file mode 100644\n--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+b\n',
      },
      'test_patch does not fit the repository: ',
    ],
  ])('with %s is left out', async (_, change, reason) => {
    const { imported: made, left } = await imported([record, { ...record, instance_id: 'b', ...change }]);
    expect(made).toMatchObject([{ tasks: 1 }]);
    expect(left).toEqual([{ name: 'b', reason: expect.stringContaining(reason) }]);
    expect((await refused(imported([{ ...record, ...change }]))).reason).toContain('no task can be played');
  });

  describe('the file', () => {
    it('must be there, with a record', async () => {
      expect((await refused(imported([]))).reason).toBe('the file has no records');
      const options = { home: folders.path('home'), name: 'x', repositories: folders.path('repositories') };
      expect((await refused(importSweBench(folders.path('none.jsonl'), options))).reason).toBe(
        'the file cannot be read',
      );
    });
  });
});
