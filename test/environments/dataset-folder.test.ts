import { symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../environments/dataset-store.ts';
import { datasetFolders, refused } from './dataset-folders.ts';

const folders = datasetFolders();

const load = (name: string) => loadDataset(name, folders.path('d'));
const MINIMAL = { 'instruction.md': 'Do it.\n', 'solution/solve.sh': 'true\n' };

/** The files of a task in a folder of the dataset. */
function task(name: string, files: Readonly<Record<string, unknown>> = MINIMAL): Record<string, unknown> {
  return Object.fromEntries(Object.entries(files).map(([file, content]) => [`d/${name}/${file}`, content]));
}

describe('a folder of tasks', () => {
  it('gives a Bash record from the files of each', async () => {
    await folders.write(
      task('keys', {
        'instruction.md': 'Tighten it.\n',
        'task.toml': [
          '[task]',
          'name = "me/keys"',
          'keywords = ["modes", "easy"]',
          '[metadata]',
          'author = "me"',
          '[environment]',
          'workdir = "/work"',
          '[[stepwell.files]]',
          'path = "/work/z.sh"',
          'mode = "0755"',
          '[[stepwell.files]]',
          'path = "/work/link"',
          'type = "symlink"',
          'target = "z.sh"',
        ].join('\n'),
        'environment/files/work/z.sh': 'echo hi\n',
        'environment/files/work/b': Buffer.from([0xff, 0]),
        'environment/files/work/.a': '',
        'environment/setup.sh': 'cd /work\ntouch x\n',
        'solution/solve.sh': 'chmod 600 z.sh\n\n',
        'wrong/10.sh': 'ten\n',
        'wrong/2.sh': 'two',
        'README.md': 'Notes for maintainers.',
      }),
    );
    await symlink('z.sh', folders.path('d/keys/environment/files/work/c'));
    const { environment, image, tasks } = await load('mine');
    expect({ environment, image }).toEqual({ environment: 'bash-v1', image: 'bash' });
    expect(tasks).toEqual([
      {
        id: 'keys',
        instruction: 'Tighten it.',
        tags: ['modes', 'easy'],
        cwd: '/work',
        setup: 'cd /work\ntouch x',
        gold: 'chmod 600 z.sh\n',
        wrong: ['two', 'ten'],
        files: [
          { path: '/work/z.sh', mode: '0755', content: 'echo hi\n' },
          { path: '/work/link', type: 'symlink', target: 'z.sh' },
          { path: '/work/.a', content: '' },
          { path: '/work/b', content_base64: '/wA=' },
          { path: '/work/c', type: 'symlink', target: 'z.sh' },
        ],
      },
    ]);
  });

  it('gives a Python record, whose sources keep their last newline', async () => {
    await folders.write(
      task('double', {
        'instruction.md': 'Write double(n).',
        'task.toml': '[stepwell]\nentry = "double"\nvisibility = "names"\n',
        'environment/setup.py': 'import math\n',
        'solution/solution.py': 'def double(n):\n    return 2 * n\n',
        'tests/tests.jsonl': '{"name": "none", "args": [null], "value": null}\n',
        'wrong/1.py': 'def double(n):\n    return n\n',
        'cheats/1.py': 'raise SystemExit\n',
      }),
    );
    expect((await load('python-v1:mine')).tasks).toEqual([
      {
        id: 'double',
        instruction: 'Write double(n).',
        entry: 'double',
        visibility: 'names',
        setup: 'import math\n',
        gold: 'def double(n):\n    return 2 * n\n',
        tests: [{ name: 'none', args: [null], value: null }],
        wrong: ['def double(n):\n    return n\n'],
        cheats: ['raise SystemExit\n'],
      },
    ]);
    await folders.write({ 'e/own/tests/grade.py': 'def grade(solution):\n    return 1\n' });
    await folders.write({ 'e/own/instruction.md': 'Do it.', 'e/own/solution/solution.py': 'x = 1\n' });
    expect((await loadDataset('python-v1:own', folders.path('e'))).tasks).toMatchObject([
      { grade: 'def grade(solution):\n    return 1\n' },
    ]);
  });

  it('gives SQL records from lists in the folders of their databases, and from a folder of one', async () => {
    const list = '[[tasks]]\nid = "all"\ninstruction = "All of them."\ngold = "SELECT * FROM pet"\n';
    const pets = {
      'schema.sql': 'CREATE TABLE pet (\n  name TEXT\n);\n',
      'data.sql': 'INSERT INTO pet VALUES (1);\n',
    };
    await folders.write(task('pets', { ...pets, 'tasks.toml': list }));
    const loaded = await load('sql-v1:mine');
    expect(loaded.tasks).toMatchObject([{ id: 'all', database: 'pets' }]);
    expect(loaded).toMatchObject({ databases: [{ name: 'pets', data: pets['data.sql'] }] });
    const alone = await loadDataset('sql-v1:alone', folders.path('d/pets'));
    expect(alone.tasks).toEqual(loaded.tasks);
    await folders.write(task('cars', { 'tasks.toml': list.replace('"all"', '"a"') }));
    const { reason, place } = await refused(load('sql-v1:mine'));
    expect(reason).toBe('database is missing');
    expect(place).toMatchObject({ file: folders.path('d/cars/tasks.toml'), line: 1 });
    await folders.write(task('cars', { 'tasks.toml': `${list.replace('"all"', '"a"')}database = "car"\n` }));
    expect(await refused(load('sql-v1:mine'))).toMatchObject({
      reason: 'the dataset has no folder car with a schema.sql',
      place: { line: 5, field: 'database' },
    });
  });

  it('has the order of its names, or the one that dataset.toml states', async () => {
    await folders.write({ ...task('b'), ...task('a'), ...task('c'), 'd/.git/x': '', 'd/notes.txt': '' });
    expect((await load('mine')).tasks.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    const head = 'format = 1\nenvironment = "bash-v1"\n';
    await folders.write({ 'd/dataset.toml': `${head}order = ["c", "a", "b"]\n` });
    expect((await load('mine')).tasks.map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    const file = folders.path('d/dataset.toml');
    await folders.write({ 'd/dataset.toml': `${head}order = [\n  "c",\n  "a",\n]\n` });
    expect(await refused(load('mine'))).toMatchObject({
      reason: 'the folder b is not listed',
      place: { file, line: 3 },
    });
    await folders.write({ 'd/dataset.toml': `${head}order = ["c", "aa", "b"]\n` });
    expect((await refused(load('mine'))).reason).toBe('there is no folder "aa" with a task; did you mean a?');
    await folders.write({ 'd/dataset.toml': `${head}order = ["c", "a", "b", "a"]\n` });
    expect((await refused(load('mine'))).place.field).toBe('order[3]');
  });

  it('takes environment and image from dataset.toml, the image with the tree beside it else', async () => {
    const image = '[image]\nname = "img"\nfrom = "bash"\nscript = "mkdir /x"\n';
    const head = `format = 1\nenvironment = "bash-v1"\n`;
    await folders.write({ ...task('a'), 'd/dataset.toml': head + image });
    expect(await load('mine')).toMatchObject({ image: 'img', definition: { script: 'mkdir /x' } });
    expect((await refused(load('sql-v1:mine'))).place.field).toBe('environment');
    await folders.write({ 'd/dataset.toml': head, 'd/tree.tar': '' });
    expect(await load('mine')).toMatchObject({
      image: 'mine',
      definition: { from: 'bash', tree: folders.path('d/tree.tar') },
    });
    await folders.write({ 'd/dataset.toml': `${head}ordre = ["a"]\n` });
    expect(await refused(load('mine'))).toMatchObject({
      reason: 'unknown key "ordre"; did you mean order?',
      place: { line: 3 },
    });
    await folders.write({ 'd/dataset.toml': `${head}dialect = "mysql"\n` });
    expect((await refused(load('mine'))).place.field).toBe('dialect');
  });
});

describe('a task’s folder is refused', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['without a solution', { 'instruction.md': 'Do it.' }, 'solution/solve.sh', 'gold is missing'],
    [
      'for a misspelt instruction',
      { 'instructions.md': 'Do it.', 'solution/solve.sh': 'x' },
      '',
      'unknown file "instructions.md"; did you mean instruction.md?',
    ],
    ['without an instruction', { 'task.toml': '' }, 'instruction.md', 'instruction is missing'],
    [
      'for an unknown name',
      { ...MINIMAL, 'wrongs/1.sh': '' },
      '',
      'unknown file "wrongs"; did you mean wrong?',
    ],
    [
      'for an unknown name in a folder of it',
      { ...MINIMAL, 'environment/file/a': '' },
      'environment',
      'unknown file "file"; did you mean files?',
    ],
    [
      'for cheats, which the environment does not have',
      { ...MINIMAL, 'cheats/1.sh': 'x' },
      '',
      'unknown file "cheats"; known names are task.toml',
    ],
    [
      'for a field that is given twice',
      { ...MINIMAL, 'task.toml': '[stepwell]\ngold = "true"\n' },
      'solution/solve.sh',
      'gold is already set in ',
    ],
    [
      'for an id of its own',
      { ...MINIMAL, 'task.toml': '[stepwell]\nid = "x"\n' },
      'task.toml',
      'id is already set',
    ],
    [
      'for a file that is not there',
      {
        ...MINIMAL,
        'environment/files/b': '',
        'task.toml': '[[stepwell.files]]\npath = "/a"\nmode = "0600"\n',
      },
      'task.toml',
      "there is no file environment/files/a in the task's folder",
    ],
    ['for an empty text', { ...MINIMAL, 'wrong/1.sh': 'x', 'instruction.md': '' }, 'instruction.md', ''],
  ])('%s', async (_, files, file, reason) => {
    await folders.write(task('one', files));
    const error = await refused(load('mine'));
    expect(error.place.file).toBe(folders.path(file === '' ? 'd/one' : `d/one/${file}`));
    expect(error.reason).toContain(reason);
  });
});

/** A task as Harbor 1.4 has it. */
const HARBOR = {
  'instruction.md': 'Make it work.\n',
  'task.toml': [
    'schema_version = "1.4"',
    '[task]',
    'name = "org/one"',
    'version = "1.0"',
    'description = "A task."',
    'authors = [{ name = "A" }]',
    'keywords = ["a"]',
    '[metadata]',
    'difficulty = "easy"',
    '[environment]',
    'workdir = "/app"',
  ].join('\n'),
  'solution/solve.sh': '#!/bin/bash\ntrue\n',
};

describe('a task folder of Harbor', () => {
  it('is one of ours where it asks for nothing that is graded otherwise here', async () => {
    await folders.write(task('one', HARBOR));
    expect((await load('mine')).tasks).toEqual([
      { id: 'one', instruction: 'Make it work.', tags: ['a'], cwd: '/app', gold: '#!/bin/bash\ntrue' },
    ]);
  });

  it.each([
    ['a verifier', { 'tests/test.sh': 'exit 0\n' }, 'tests/test.sh', undefined],
    ['an image', { 'environment/Dockerfile': 'FROM debian\n' }, 'environment/Dockerfile', undefined],
    ['steps', { 'steps/one/instruction.md': 'x' }, 'steps', undefined],
    ['a named image', { 'task.toml': `${HARBOR['task.toml']}\ndocker_image = "x"\n` }, 'task.toml', 12],
    ['limits', { 'task.toml': `${HARBOR['task.toml']}\n[agent]\ntimeout_sec = 5\n` }, 'task.toml', 12],
  ])('is refused with a word where it has %s, rather than played without', async (_, files, file, line) => {
    await folders.write(task('one', { ...HARBOR, ...files }));
    const error = await refused(load('mine'));
    expect(error.reason).toMatch(/Harbor/);
    expect(error.place.file).toBe(folders.path(`d/one/${file}`));
    expect(error.place.line).toBe(line);
  });
});
