import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageDefinition } from '../../../docker/image-definition.ts';
import { replacement } from '../../../docker/images/definitions.ts';
import { readDefinitions } from '../../../docker/images/definitions-file.ts';
import { allPackages, makeRecipes, type Recipe } from '../../../docker/images/recipe.ts';
import { hashRunnerFiles, readRunnerFiles } from '../../../docker/images/runner-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function recipe(name: string, definitions: readonly ImageDefinition[] = []): Promise<Recipe> {
  const found = (await makeRecipes(definitions)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no recipe ${name}`);
  return found;
}

describe('a recipe', () => {
  it('comes after those it is made from', async () => {
    const names = (
      await makeRecipes([
        { name: 'child', from: 'parent' },
        { name: 'parent', from: 'bash' },
      ])
    ).map(({ name }) => name);
    expect(names).toEqual(['base', 'bash', 'python', 'sql', 'parent', 'child']);
  });

  it('has the same hash for the same inputs, and another for another tree', async () => {
    const tree = join(folder, 'tree.tar');
    await writeFile(tree, 'one');
    const definition = { name: 'set', from: 'bash', tree };
    const first = await recipe('set', [definition]);
    expect((await recipe('set', [definition])).hash).toBe(first.hash);
    await writeFile(tree, 'two');
    const second = await recipe('set', [definition]);
    expect(second.hash).not.toBe(first.hash);
    expect(second.parent?.hash).toBe(first.parent?.hash);
    expect((await recipe('set', [{ ...definition, gitAtRoot: true }])).hash).not.toBe(second.hash);
  });

  it('of a foreign image has no parent, and another hash for another reference', async () => {
    const first = await recipe('mine', [{ name: 'mine', from: 'docker:debian:13', session: 'python' }]);
    expect(first).toMatchObject({ parent: null, session: 'python' });
    const second = await recipe('mine', [{ name: 'mine', from: 'docker:debian:14', session: 'python' }]);
    expect(second.rootHash).not.toBe(first.rootHash);
  });

  it('of an image in the place of a built-in one is what others are made from, and keeps its session', async () => {
    const definition = replacement('sql', 'my/mysql:8');
    const child = await recipe('set', [definition ?? expect.fail(), { name: 'set', from: 'sql' }]);
    expect(child.parent?.definition.from).toBe('docker:my/mysql:8');
    expect(child.session).toBe('python');
    expect(child.rootHash).not.toBe((await recipe('set', [{ name: 'set', from: 'sql' }])).rootHash);
    expect(replacement('nothing', 'my/mysql:8')).toBeNull();
  });

  it.each([
    ['an unknown parent', [{ name: 'a', from: 'nowhere' }]],
    [
      'a circle',
      [
        { name: 'a', from: 'b' },
        { name: 'b', from: 'a' },
      ],
    ],
    ['a tree that is not there', [{ name: 'a', from: 'bash', tree: '/nowhere/tree.tar' }]],
  ])('is refused for %s', async (_, definitions) => {
    await expect(makeRecipes(definitions)).rejects.toMatchObject({ code: 'image_missing' });
  });

  it('knows the packages of its parents, unless it is not made of packages', async () => {
    const bash = allPackages(await recipe('bash')) ?? [];
    expect(bash).toEqual(expect.arrayContaining(['python3', 'jq', 'hashdeep']));
    expect(allPackages(await recipe('set', [{ name: 'set', from: 'bash' }]))).toBeNull();
  });

  it('leaves out what InterCode’s image lacks', async () => {
    const packages = allPackages(await recipe('bash')) ?? [];
    for (const name of ['bc', 'file', 'gawk', 'less', 'man-db', 'rsync', 'sudo', 'wget', 'xxd']) {
      expect(packages).not.toContain(name);
    }
  });
});

describe('the runner’s files', () => {
  it('are all but tests, caches and text for people', async () => {
    await mkdir(join(folder, '__pycache__'));
    await mkdir(join(folder, 'tests'));
    await mkdir(join(folder, 'part'));
    const names = [
      '__main__.py',
      'part/a.py',
      'driver.sh',
      '__pycache__/a.pyc',
      'tests/a.py',
      'test_a.py',
      'README.md',
    ];
    for (const name of names) await writeFile(join(folder, name), name);
    const files = await readRunnerFiles(folder);
    expect(files.map(({ path }) => path)).toEqual(['__main__.py', 'driver.sh', 'part/a.py']);
    const hash = hashRunnerFiles(files);
    await writeFile(join(folder, 'README.md'), 'more');
    expect(hashRunnerFiles(await readRunnerFiles(folder))).toBe(hash);
    await writeFile(join(folder, 'driver.sh'), 'more');
    expect(hashRunnerFiles(await readRunnerFiles(folder))).not.toBe(hash);
  });
});

describe('a file of definitions', () => {
  it('names trees beside itself', async () => {
    const path = join(folder, 'images.json');
    await writeFile(path, JSON.stringify([{ name: 'set', from: 'bash', tree: 'set.tar', gitAtRoot: true }]));
    expect(await readDefinitions(path)).toEqual([
      { name: 'set', from: 'bash', tree: join(folder, 'set.tar'), gitAtRoot: true },
    ]);
  });

  it('is refused with its name and the reason', async () => {
    const path = join(folder, 'images.json');
    await writeFile(path, JSON.stringify([{ name: 'Big Set', from: 'bash' }]));
    await expect(readDefinitions(path)).rejects.toThrow(/images\.json.*lower-case/s);
    await writeFile(path, '[{"name": }]');
    await expect(readDefinitions(path)).rejects.toThrow(/images\.json.*JSON/s);
    await expect(readDefinitions(join(folder, 'none'))).rejects.toThrow(/none/);
  });
});
