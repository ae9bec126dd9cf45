import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImagesInUse } from '../../../../docker/images/store/images-in-use.ts';
import { ImageStore } from '../../../../docker/images/store/store.ts';
import { datasetFolders } from '../../../environments/dataset-folders.ts';

const folders = datasetFolders();
let store: ImageStore;
let inUse: ImagesInUse;
beforeEach(async () => {
  store = await ImageStore.open(folders.path('store'));
  inUse = new ImagesInUse(store);
});
afterEach(() => store.close());

async function add(name: string, content: string): Promise<void> {
  const place = folders.path(`root-${content}`);
  await mkdir(join(place, 'etc'), { recursive: true });
  await writeFile(join(place, 'etc', 'content'), content);
  await store.add(name, { kind: 'root', place });
}

it('an image is named by its layers below the folder of layers, with its settings', async () => {
  await add('red', 'red');
  const { image } = await inUse.use('red');
  expect(image).toEqual({
    name: 'red',
    layers: [expect.stringMatching(/^[0-9a-f]{64}\/diff$/)],
    env: {},
    workdir: '/',
    user: 'root',
  });
});

it('stays in the store until the last one that needs it does not any more', async () => {
  await add('red', 'red');
  const first = await inUse.use('red');
  const second = await inUse.use('red');
  const end = inUse.keep(first.image);
  first.release();
  first.release();
  end();
  await expect(store.remove('red')).rejects.toMatchObject({ code: 'in_use' });
  second.release();
  await expect.poll(async () => (await store.list()).map((one) => one.inUse)).toEqual([false]);
  await store.remove('red');
});

it('is used anew after it was replaced under its name, while the old one stays for those that have it', async () => {
  await add('red', 'red');
  const old = await inUse.use('red');
  await add('red', 'new');
  const now = await inUse.use('red');
  expect(now.image.layers).not.toEqual(old.image.layers);
  expect((await store.get('red')).layers[0]).toContain(now.image.layers[0]);
  old.release();
  await expect(store.remove('red')).rejects.toMatchObject({ code: 'in_use' });
  now.release();
});

it('that another server has named is kept too', async () => {
  await add('red', 'red');
  const { image, release } = await inUse.use('red');
  release();
  const end = inUse.keep({ ...image });
  await expect.poll(async () => (await store.list()).map((one) => one.inUse)).toEqual([true]);
  end();
  await expect.poll(async () => (await store.list()).map((one) => one.inUse)).toEqual([false]);
});

it('that is not there is missing, with the command that adds it', async () => {
  await expect(inUse.use('red')).rejects.toMatchObject({
    code: 'image_missing',
    message: 'the image store has no image "red"; stepwell images add red --from ….',
  });
});
