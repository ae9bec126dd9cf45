import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { ImageStore, storeFolder } from '../../docker/images/store/store.ts';
import { dockerArchive, file, tarOf } from '../docker/images/store/archives.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FakeTerminal } from './fake-terminal.ts';

const home = temporaryFolder();
let archive: string;

beforeEach(async () => {
  archive = join(home(), 'image.tar');
  const layers = [await tarOf([file('a', 'x')]), await tarOf([file('b', 'x'.repeat(2_000_000))])];
  writeFileSync(archive, await dockerArchive({ layers }));
  mkdirSync(join(home(), 'root'));
  writeFileSync(join(home(), 'root/file'), 'x');
});

async function images(...argv: string[]) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home() });
  const status = await run(['images', ...argv], terminal);
  return { status, out: terminal.printed, err: terminal.complained };
}

const add = (name: string, from = `oci:${archive}`, ...flags: string[]) =>
  images('add', name, '--from', from, ...flags);

const storeOf = () => ImageStore.open(join(home(), storeFolder));

test('images add prints what was added, with its progress beside', async () => {
  const { status, out, err } = await add('mine');
  expect({ status, out }).toEqual({
    status: 0,
    out: expect.stringMatching(/^mine sha256:[0-9a-f]{64} 2 MB, 2 layers, 0 shared\n$/),
  });
  expect(err).toContain('add: unpacking layer 2 of 2');
  expect((await add('other')).out).toMatch(/2 layers, 2 shared$/m);
  expect((await add('tree', `root:${join(home(), 'root')}`)).out).toMatch(/1 layer, 0 shared$/m);
});

test('images list shows the store after the engine’s images', async () => {
  await add('mine');
  await add('other');
  const { out } = await images('list', '--store');
  expect(out).toMatch(/^mine {3}sha256:\w{12} +2 MB {2}20\S+ {2}in the store: 2 layers, 2 shared$/m);
  const all: { name: string; state: string }[] = JSON.parse(
    (await images('list', '--runtime', 'local', '--json')).out,
  );
  const states = all.filter(({ name }) => name === 'mine' || name === 'sql-built-in-sqlite');
  expect(states.map(({ name, state }) => [name, state])).toEqual([
    ['sql-built-in-sqlite', 'missing'],
    ['mine', 'stored'],
  ]);
  expect(JSON.parse((await images('list', '--store', '--json')).out)).toMatchObject([
    { name: 'mine', layers: 2, sharedLayers: 2, source: `oci:${archive}`, inUse: false },
    { name: 'other' },
  ]);
});

test('images list makes no store', async () => {
  expect(await images('list', '--store')).toEqual({ status: 0, out: '', err: '' });
  expect(readdirSync(home())).not.toContain(storeFolder);
});

test('images remove removes an image, unless it is in use', async () => {
  await add('mine');
  await using store = await storeOf();
  const lease = await store.use('mine');
  expect(await images('remove', 'mine')).toMatchObject({ status: 1, err: expect.stringContaining('"mine"') });
  await lease.release();
  expect(await images('remove', 'mine')).toEqual({ status: 0, out: 'removed mine\n', err: '' });
  expect(await images('remove', 'mine')).toMatchObject({ status: 2, err: expect.stringContaining('"mine"') });
});

test('images prune evicts what does not fit, and fails where too much is in use', async () => {
  await add('mine');
  expect(await images('prune')).toEqual({ status: 0, out: 'freed 0 MB; 2 MB are left\n', err: '' });
  await using store = await storeOf();
  await using lease = await store.use('mine');
  expect(await images('prune', '--max-bytes', '1000')).toMatchObject({
    status: 1,
    err: expect.stringContaining('in use'),
  });
  await lease.release();
  expect((await images('prune', '--max-bytes', '1000')).out).toBe(
    'removed mine\nfreed 2 MB; 0 MB are left\n',
  );
});

test('images add keeps below a cap', async () => {
  await add('mine');
  const root = `root:${join(home(), 'root')}`;
  expect(await add('tree', root, '--max-bytes', '100000')).toMatchObject({
    status: 0,
    err: expect.stringContaining('evicted mine'),
  });
  expect(await add('mine', undefined, '--max-bytes', '100000')).toMatchObject({
    status: 1,
    err: expect.stringContaining('layer1/layer.tar'),
  });
});

test.each([
  ['a source of no kind', ['add', 'a', '--from', 'debian:12'], '--from: "debian:12"'],
  ['no source', ['add', 'a'], '--from'],
  ['a file that is missing', ['add', 'a', '--from', 'oci:/none/there'], '/none/there: no such file'],
  ['a file that is no image', ['add', 'a', '--from', `oci:${import.meta.filename}`], 'no tar archive'],
  ['a bad name', ['add', 'A/b', '--from', 'root:/none'], '"A/b"'],
  ['a bad number', ['prune', '--max-bytes', 'much'], 'whole number'],
  ['an image that is missing', ['remove', 'none'], '"none"'],
])('%s is refused with status 2', async (_, argv, words) => {
  expect(await images(...argv)).toMatchObject({ status: 2, err: expect.stringContaining(words) });
});
