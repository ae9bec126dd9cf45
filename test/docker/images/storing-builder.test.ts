import { cp, mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageDefinition } from '../../../docker/image-definition.ts';
import type { ImageBuilder } from '../../../docker/images/builder.ts';
import { engineReference, makeRecipes } from '../../../docker/images/recipe.ts';
import { ImageStore } from '../../../docker/images/store/store.ts';
import { nameInStore, StoringBuilder } from '../../../docker/images/storing-builder.ts';
import { datasetFolders } from '../../environments/dataset-folders.ts';
import { dockerArchive, file, tarOf } from './store/archives.ts';

const TASK: ImageDefinition = { name: 'task-1', from: 'docker:python:3', stored: true };

const folders = datasetFolders();
let store: ImageStore;
let saved: string[];
beforeEach(async () => {
  saved = [];
  const archive = folders.path('image.tar');
  await writeFile(archive, await dockerArchive({ layers: [await tarOf([file('a', 'a')])], config: {} }));
  store = await ImageStore.open(folders.path('store'), {
    save: async (reference, to) => {
      saved.push(reference);
      await cp(archive, to);
    },
  });
});
afterEach(() => store.close());

/** Notes what it builds, and brings what recipes name. */
function builder(brings = true) {
  const built: string[] = [];
  const inner: ImageBuilder = {
    isCurrent: async () => false,
    build: async ({ name }) => {
      built.push(`build ${name}`);
      return { name, digest: 'sha256:0' };
    },
    list: async () => [],
    ...(brings
      ? {
          bring: async (recipe) => {
            built.push(`bring ${recipe.name}`);
            return engineReference(recipe);
          },
        }
      : {}),
  };
  return { built, builder: new StoringBuilder(inner, store) };
}

async function recipeOf(definition: ImageDefinition) {
  const found = (await makeRecipes([definition])).find(({ name }) => name === definition.name);
  return found ?? expect.fail('no recipe');
}

describe('images of the store', () => {
  it('are brought by the engine, saved and added once', async () => {
    const { built, builder: storing } = builder();
    const recipe = await recipeOf(TASK);
    expect(await storing.isCurrent(recipe)).toBe(false);
    const { name, digest } = await storing.build(recipe, () => {});
    expect([name, digest]).toEqual(['task-1', (await store.get('task-1')).digest]);
    expect([built, saved]).toEqual([['bring task-1'], ['python:3']]);
    expect(await storing.isCurrent(recipe)).toBe(true);
  });

  it('are out of date if what they start from is another image', async () => {
    const { builder: storing } = builder();
    await storing.build(await recipeOf(TASK), () => {});
    const other = await recipeOf({ ...TASK, bases: { 'python:3': 'mine' } });
    expect(await storing.isCurrent(other)).toBe(false);
  });

  it('of a Dockerfile have a tag that its content decides', async () => {
    await mkdir(folders.path('context'));
    const references: string[] = [];
    for (const text of ['FROM a\n', 'FROM b\n', 'FROM a\n']) {
      await writeFile(folders.path('context/Dockerfile'), text);
      const from = `dockerfile:${folders.path('context')}`;
      references.push(engineReference(await recipeOf({ ...TASK, from })));
    }
    expect(references[0]).toMatch(/^stepwell\/task-1:dockerfile-[0-9a-f]{12}$/);
    expect(references[1]).not.toBe(references[0]);
    expect(references[2]).toBe(references[0]);
  });

  it('that someone has added from an archive stay as they are', async () => {
    await store.add('task-1', { kind: 'oci', place: folders.path('image.tar') });
    expect(await builder().builder.isCurrent(await recipeOf(TASK))).toBe(true);
  });

  it('are those of the store by their name, before those of a registry', async () => {
    const definition: ImageDefinition = { ...TASK, from: 'docker:mine' };
    expect(await nameInStore(definition, store)).toBe('task-1');
    await store.add('mine', { kind: 'oci', place: folders.path('image.tar') });
    expect(await nameInStore(definition, store)).toBe('mine');
    expect(await nameInStore({ ...TASK, bases: { 'python:3': 'mine' } }, store)).toBe('mine');
    expect(await builder().builder.isCurrent(await recipeOf(definition))).toBe(true);
  });

  it('are only played where an engine builds none, which says how to add one', async () => {
    const { builder: storing } = builder(false);
    const recipe = await recipeOf(TASK);
    await expect(storing.build(recipe, () => {})).rejects.toMatchObject({
      code: 'image_missing',
      message: expect.stringContaining('stepwell images add task-1 --from oci:image.tar'),
    });
    await store.add('task-1', { kind: 'docker', place: 'any' });
    expect(await storing.isCurrent(recipe)).toBe(true);
  });

  it('are added once there is room, and say so if there is none', async () => {
    await store.close();
    const save = async (_: string, to: string) => cp(folders.path('image.tar'), to);
    store = await ImageStore.open(folders.path('store'), { save, maxBytes: 14_000 });
    await writeFile(
      folders.path('other.tar'),
      await dockerArchive({ layers: [await tarOf([file('b', 'b'.repeat(8_000))])], config: {} }),
    );
    await store.add('other', { kind: 'oci', place: folders.path('other.tar') });
    const lease = await store.use('other');
    const recipe = await recipeOf(TASK);
    const inner: ImageBuilder = {
      isCurrent: async () => false,
      build: async () => expect.fail('it builds nothing itself'),
      list: async () => [],
      bring: async () => 'any',
    };
    await writeFile(
      folders.path('image.tar'),
      await dockerArchive({ layers: [await tarOf([file('a', 'a'.repeat(8_000))])], config: {} }),
    );
    await expect(new StoringBuilder(inner, store).build(recipe, () => {})).rejects.toMatchObject({
      code: 'no_space',
      message: expect.stringContaining('the image "task-1" does not fit'),
    });
    const lines: string[] = [];
    await new StoringBuilder(inner, store, () => lease.release()).build(recipe, (line) => lines.push(line));
    expect(lines).toContain('evicted other from the image store');
    expect((await store.list()).map(({ name }) => name)).toEqual(['task-1']);
  });

  it('that the store cannot take name the reason', async () => {
    await writeFile(folders.path('image.tar'), 'no tar');
    await expect(builder().builder.build(await recipeOf(TASK), () => {})).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(/^The image store cannot take it: docker:python:3/),
    });
  });
});

it('other images are the engine’s alone', async () => {
  const { built, builder: storing } = builder();
  const recipe = await recipeOf({ name: 'mine', from: 'bash' });
  expect(await storing.isCurrent(recipe)).toBe(false);
  await storing.build(recipe, () => {});
  expect([built, await store.list()]).toEqual([['build mine'], []]);
});

it.each([
  [{ ...TASK, from: 'bash' }, 'only images from `docker:` or `dockerfile:` can be `stored`'],
  [{ ...TASK, script: 'true' }, 'an image that is `stored` stays as it is, without `script`'],
])('a definition that cannot be stored is refused', async (definition, reason) => {
  await expect(makeRecipes([definition])).rejects.toThrow(reason);
});
