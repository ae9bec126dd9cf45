import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ImageStore } from '../../../../docker/images/store/store.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import { type Entry, file, folder, hardLink, link, tarOf } from './archives.ts';

const home = temporaryFolder();
const IS_ROOT = process.getuid?.() === 0;

async function add(tar: Buffer): Promise<string> {
  const store = await ImageStore.open(join(home(), 'store'));
  const place = join(home(), 'layer.tar');
  await writeFile(place, tar);
  try {
    const { layers } = await store.add('image', { kind: 'root', place });
    return layers[0] ?? '';
  } finally {
    await store.close();
  }
}

/** That nothing of a layer that was refused is in the store. */
function expectNothing(): void {
  for (const part of ['layers', 'images', 'pins', 'tmp']) {
    expect(readdirSync(join(home(), 'store', part)), part).toEqual([]);
  }
}

const device = (type: 'character-device' | 'block-device' | 'fifo'): Entry[] => [
  { name: 'x/y', type, devmajor: 1, devminor: 3 },
];

test.each<[string, readonly Entry[], string, RegExp]>([
  ['..', [file('a/../../b', 'x')], 'a/../../b', /its path has \.\./],
  ['an absolute path', [file('/b', 'x')], '/b', /its path is absolute/],
  ['a character device', device('character-device'), 'x/y', /device/],
  ['a block device', device('block-device'), 'x/y', /device/],
  ['a named pipe', device('fifo'), 'x/y', /named pipe/],
  ['a named pipe at its root', [{ name: 'dev', type: 'fifo' }], 'dev', /named pipe/],
  ['a path through a link', [link('a', '/etc'), file('a/b', 'x')], 'a/b', /leads through the link a/],
  [
    'a path through a relative link',
    [link('d/a', '..'), file('d/a/b', 'x')],
    'd/a/b',
    /through the link d\/a/,
  ],
  ['a folder through a link', [link('a', '/tmp'), folder('a/b')], 'a/b', /leads through the link a/],
  ['a whiteout through a link', [link('a', '/tmp'), file('a/.wh.b', '')], 'a/.wh.b', /through the link a/],
  ['an opaque link', [link('a', '/tmp'), file('a/.wh..wh..opq', '')], 'a/.wh..wh..opq', /through the link a/],
  ['a path through a file', [file('a', 'x'), file('a/b', 'x')], 'a/b', /leads through the file a/],
  [
    'a hard link to ..',
    [hardLink('a', '../../etc/passwd')],
    'a',
    /its hard link to \.\.\/\.\.\/etc\/passwd has \.\./,
  ],
  [
    'a hard link to an absolute path',
    [hardLink('a', '/etc/passwd')],
    'a',
    /its hard link to \/etc\/passwd is absolute/,
  ],
  [
    'a hard link through a link',
    [link('e', '/etc'), hardLink('a', 'e/passwd')],
    'a',
    /its path leads through the link e/,
  ],
  ['a hard link to nothing', [hardLink('a', 'b')], 'a', /leads to b/],
  ['a hard link to a folder', [folder('b'), hardLink('a', 'b')], 'a', /leads to b/],
  ['a hard link to itself', [file('a', 'x'), hardLink('a', 'a')], 'a', /leads to a/],
  ['a whiteout of ..', [file('a/.wh...', '')], 'a/.wh...', /hides no name/],
  ['a whiteout of nothing', [file('a/.wh.', '')], 'a/.wh.', /hides no name/],
  ['a file as its root', [file('.', 'x')], '.', /only a folder/],
  ['a name that is too long', [file('n'.repeat(300), 'x')], 'n', /too long/],
  ['a path that is too deep', [file('d/'.repeat(600), 'x')], 'd/', /deeper/],
])('a layer with %s is refused, and nothing of it is kept', async (_, entries, member, reason) => {
  const refused = add(await tarOf([file('before', 'x'), ...entries]));
  await expect(refused).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(reason),
  });
  await expect(refused).rejects.toThrow(`${join(home(), 'layer.tar')}, member "${member}`);
  expectNothing();
});

test('a file is not written through a link of its name, but takes its place', async () => {
  const outside = join(home(), 'outside');
  await writeFile(outside, 'untouched');
  const at = await add(await tarOf([link('a', outside), file('a', 'inside')]));
  expect(readFileSync(outside, 'utf8')).toBe('untouched');
  expect(lstatSync(join(at, 'a')).isFile()).toBe(true);
});

test('a hard link to a link is one to the link, not to its target', async () => {
  const outside = join(home(), 'outside');
  await writeFile(outside, 'x', { mode: 0o600 });
  const at = await add(await tarOf([link('a', outside), hardLink('b', 'a')]));
  expect(lstatSync(join(at, 'b')).isSymbolicLink()).toBe(true);
  expect(lstatSync(outside).nlink).toBe(1);
});

test('a folder that is replaced by a link is gone before it', async () => {
  const outside = join(home(), 'outside');
  await mkdir(outside);
  const at = await add(await tarOf([file('a/b/c', 'x'), link('a', outside), file('d', 'x')]));
  expect(lstatSync(join(at, 'a')).isSymbolicLink()).toBe(true);
  expect(existsSync(join(outside, 'b'))).toBe(false);
});

test('attributes of overlays in an archive are not set', async () => {
  const pax = {
    'SCHILY.xattr.trusted.overlay.redirect': '/etc',
    'SCHILY.xattr.user.overlay.opaque': 'y',
  };
  const store = await ImageStore.open(join(home(), 'store'));
  const place = join(home(), 'layer.tar');
  await writeFile(place, await tarOf([folder('a', { pax })]));
  expect((await store.add('image', { kind: 'root', place })).leftOut).toEqual({ attributes: 2 });
});

test.each([
  ['within a file', (tar: Buffer) => tar.subarray(0, 700), /truncated/],
  ['within a header', (tar: Buffer) => tar.subarray(0, 1024 + 100), /truncated/],
  ['between two files', (tar: Buffer) => tar.subarray(0, 1024), /truncated/],
  ['before its end', (tar: Buffer) => tar.subarray(0, -1024), /truncated/],
  ['at its start', () => Buffer.alloc(0), /truncated/],
  ['within its compressed data', (tar: Buffer) => gzipSync(tar).subarray(0, 60), /truncated/],
  ['and compressed whole', (tar: Buffer) => gzipSync(tar.subarray(0, 1024)), /truncated/],
])('an archive that is truncated %s is refused', async (_, cut, reason) => {
  const tar = await tarOf([file('a', 'x'.repeat(400)), file('b', 'y'.repeat(400))]);
  const refused = add(cut(tar));
  await expect(refused).rejects.toMatchObject({ code: 'refused', message: expect.stringMatching(reason) });
  expectNothing();
});

test('a damaged header is not taken for the end', async () => {
  const tar = await tarOf([file('a', 'x'), file('b', 'y')]);
  tar[1024 + 148] = 0x7a;
  await expect(add(tar)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(/damaged/),
  });
  expectNothing();
});

test.each([
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
])('an archive compressed with %s is refused by that name', async (name, start) => {
  await expect(add(Buffer.from(`${start}0000000000000000`, 'hex'))).rejects.toThrow(
    `compressed with ${name}`,
  );
});

test('damaged compressed data is refused', async () => {
  const packed = gzipSync(await tarOf([file('a', 'x'.repeat(5_000))]));
  packed.fill(0xff, 20, 40);
  await expect(add(packed)).rejects.toMatchObject({ code: 'refused' });
  expectNothing();
});

test('headers that would fill the memory are refused', async () => {
  const header = (await tarOf([file('a', '')])).subarray(0, 512);
  // A header of extensions that says it has 7 GiB; the file has a hole for them.
  header.write('x', 156);
  header.write('77777777777', 124);
  header.fill(' ', 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  await expect(add(Buffer.concat([header, Buffer.alloc(1 << 20)]))).rejects.toMatchObject({
    code: 'refused',
  });
  expectNothing();
});

test('contents, modes, times and links are those of the archive', async () => {
  const entries = [
    folder('./', { mode: 0o751 }),
    folder('./sticky', { mode: 0o1777, mtime: new Date(5_000) }),
    file('./sticky/tool', 'run', { mode: 0o4755, uid: 12, gid: 34 }),
    file('./closed/file', '', { mode: 0 }),
    folder('./closed', { mode: 0o500 }),
    link('./up', '../../etc'),
    hardLink('./again', './sticky/tool'),
    file('./dïr/ nàme \n', 'odd'),
    file('./implied/deep/file', 'x'),
    file('./replaced', 'first'),
    file('./replaced', 'second'),
  ];
  const at = await add(await tarOf(entries));
  const status = (path: string) => lstatSync(join(at, path));
  const mode = (path: string) => (status(path).mode & 0o7777).toString(8);
  expect(['.', 'sticky', 'sticky/tool', 'closed', 'implied', 'implied/deep'].map(mode)).toEqual([
    '751',
    '1777',
    '4755',
    '500',
    '755',
    '755',
  ]);
  expect(status('sticky').mtimeMs).toBe(5_000);
  expect(status('sticky/tool').mtimeMs).toBe(1_600_000_000_000);
  expect(status('again').ino).toBe(status('sticky/tool').ino);
  expect(readFileSync(join(at, 'dïr/ nàme \n'), 'utf8')).toBe('odd');
  expect(readFileSync(join(at, 'replaced'), 'utf8')).toBe('second');
  expect(status('up').isSymbolicLink()).toBe(true);
  const { uid, gid } = status('sticky/tool');
  expect([uid, gid]).toEqual(IS_ROOT ? [12, 34] : [process.getuid?.(), process.getgid?.()]);
  await using store = await ImageStore.open(join(home(), 'store'));
  // Also where its user may not enter a folder of it.
  await store.remove('image');
  expectNothing();
});

test('capabilities of files are kept where this user can set them, and reported where not', async () => {
  const CAP_NET_BIND = Buffer.from('0100000200040000000000000000000000000000', 'hex').toString('latin1');
  const pax = { 'SCHILY.xattr.security.capability': CAP_NET_BIND };
  await using store = await ImageStore.open(join(home(), 'store'));
  const place = join(home(), 'layer.tar');
  await writeFile(place, await tarOf([file('tool', 'x', { pax, uid: 7, mode: 0o755 })]));
  const { layers, leftOut } = await store.add('image', { kind: 'root', place });
  const names = ['-c', 'import os, sys; print(os.listxattr(sys.argv[1]))', join(layers[0] ?? '', 'tool')];
  const found = execFileSync('python3', names, { encoding: 'utf8' }).trim();
  expect([found, leftOut]).toEqual(
    IS_ROOT ? ["['security.capability']", {}] : ['[]', { capabilities: 1, owners: 1 }],
  );
});

test('devices below dev/ are left out, since every sandbox has its own', async () => {
  const store = await ImageStore.open(join(home(), 'store'));
  const place = join(home(), 'layer.tar');
  const entries: Entry[] = [folder('./dev'), { name: './dev/null', type: 'character-device', devmajor: 1 }];
  await writeFile(place, await tarOf(entries));
  const { layers, leftOut } = await store.add('image', { kind: 'root', place });
  expect(leftOut).toEqual({ devices: 1 });
  expect(readdirSync(join(layers[0] ?? '', 'dev'))).toEqual([]);
});
