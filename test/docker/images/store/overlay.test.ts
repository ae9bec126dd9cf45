import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImageStore } from '../../../../docker/images/store/store.ts';
import { describeUnless, itUnless } from '../../../requirements.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import { dockerArchive, type Entry, file, folder, link, tarOf } from './archives.ts';

const home = temporaryFolder();
const IS_ROOT = process.getuid?.() === 0;

/** Run a shell command in namespaces in which this user may mount. */
function inNamespaces(command: string, ...args: readonly string[]) {
  const user = IS_ROOT ? [] : ['--user', '--map-root-user'];
  return spawnSync('unshare', [...user, '--mount', 'sh', '-euc', command, 'sh', ...args], {
    encoding: 'utf8',
  });
}

/** Why overlays cannot be mounted here, or `null`. */
function noOverlays(): string | null {
  const at = mkdtempSync(join(tmpdir(), 'stepwell-test-'));
  for (const name of ['a', 'b', 'm']) mkdirSync(join(at, name));
  const option = `lowerdir=${at}/a:${at}/b${IS_ROOT ? '' : ',userxattr'}`;
  const { status, stderr } = inNamespaces('mount -t overlay overlay -o "$1" "$2"', option, join(at, 'm'));
  rmSync(at, { recursive: true });
  return status === 0 ? null : `no overlay can be mounted: ${stderr ?? 'no unshare'}`;
}

const LIST = String.raw`find . -mindepth 1 -printf '%P %y %m %l\n' | sort; find . -type f -exec sha256sum {} + | sort -k2`;

/** What an overlay of an image's layers shows, a line for each file. */
async function mounted(store: ImageStore, name: string): Promise<string> {
  const { layers, attributes } = await store.get(name);
  const at = join(home(), 'mounted');
  mkdirSync(at, { recursive: true });
  const empty = join(home(), 'empty');
  mkdirSync(empty, { recursive: true });
  const lower = [...layers].reverse().concat(empty).join(':');
  const option = `lowerdir=${lower}${attributes === 'user' ? ',userxattr' : ''}`;
  const script = `mount -t overlay overlay -o "$1" "$2"; cd "$2"; ${LIST}`;
  const { status, stdout, stderr } = inNamespaces(script, option, at);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** What a folder with the given files shows. */
async function plain(entries: readonly Entry[]): Promise<string> {
  const at = join(home(), 'plain');
  mkdirSync(at);
  writeFileSync(join(home(), 'plain.tar'), await tarOf(entries));
  execFileSync('tar', ['-xpf', join(home(), 'plain.tar'), '-C', at]);
  return execFileSync('sh', ['-euc', LIST], { cwd: at, encoding: 'utf8' });
}

async function imageOf(store: ImageStore, ...layers: readonly (readonly Entry[])[]): Promise<void> {
  const place = join(home(), 'image.tar');
  writeFileSync(place, await dockerArchive({ layers: await Promise.all(layers.map(tarOf)) }));
  await store.add('image', { kind: 'oci', place });
}

describeUnless(noOverlays(), 'an overlay of an image’s layers', () => {
  it('shows the tree of the image: whiteouts and opaque folders hide what is below', async () => {
    await using store = await ImageStore.open(join(home(), 'store'));
    await imageOf(
      store,
      [
        folder('etc', { mode: 0o755 }),
        ...['a', 'b', 'again'].map((name) => file(`etc/${name}`, name)),
        file('opt/old/deep/file', 'old'),
        file('opt/.hidden', 'old'),
        file('var/log/one', '1'),
        file('var/log/two', '2'),
        file('swap/f', 'first'),
        file('gone/with/all', 'x'),
        file('kind', 'a file first'),
        folder('kind-folder'),
        file('kind-folder/x', 'x'),
        link('bin', 'usr/bin'),
      ],
      [
        file('etc/.wh.a', ''),
        file('etc/.wh.again', ''),
        file('opt/.wh..wh..opq', ''),
        file('opt/new', 'new', { mode: 0o600 }),
        file('var/.wh.log', ''),
        file('.wh.gone', ''),
        // Of a name that the layer has, too: what is below is hidden, what is here stays.
        file('swap/.wh.f', ''),
        file('swap/f', 'second'),
        folder('kind', { mode: 0o700 }),
        file('kind/inside', 'x'),
        file('kind-folder', 'a folder first'),
        file('.wh..wh.plnk', 'bookkeeping'),
      ],
      [
        file('etc/again', 'third', { mode: 0o755 }),
        folder('var/log', { mode: 0o750 }),
        file('var/log/three', '3'),
        file('etc/.wh.never', ''),
      ],
    );
    expect(await mounted(store, 'image')).toBe(
      await plain([
        folder('etc', { mode: 0o755 }),
        file('etc/b', 'b'),
        file('etc/again', 'third', { mode: 0o755 }),
        folder('opt'),
        file('opt/new', 'new', { mode: 0o600 }),
        folder('var'),
        folder('var/log', { mode: 0o750 }),
        file('var/log/three', '3'),
        folder('swap'),
        file('swap/f', 'second'),
        folder('kind', { mode: 0o700 }),
        file('kind/inside', 'x'),
        file('kind-folder', 'a folder first'),
        link('bin', 'usr/bin'),
      ]),
    );
  });

  it('shows a folder that its layer removes and makes again without what was in it', async () => {
    await using store = await ImageStore.open(join(home(), 'store'));
    const below = [file('d/e/old', 'x'), file('f/old', 'x')];
    // In both orders, and where the folder has no member of its own.
    const above = [file('d/.wh.e', ''), folder('d/e'), file('f/new', 'x'), file('.wh.f', '')];
    await imageOf(store, below, above);
    expect(await mounted(store, 'image')).toBe(
      await plain([folder('d'), folder('d/e'), folder('f'), file('f/new', 'x')]),
    );
  });

  it('shows nothing of what is below a layer with an opaque root', async () => {
    await using store = await ImageStore.open(join(home(), 'store'));
    await imageOf(
      store,
      [file('old', 'x')],
      [file('.wh..wh..opq', ''), file('new', 'x')],
      [file('top', 'x')],
    );
    expect(await mounted(store, 'image')).toBe(await plain([file('new', 'x'), file('top', 'x')]));
  });

  it('shows an image that has the same layer twice', async () => {
    await using store = await ImageStore.open(join(home(), 'store'));
    const twice = [file('a', 'x'), file('b', 'x')];
    await imageOf(store, twice, [file('.wh.a', ''), file('c', 'x')], twice);
    expect(await mounted(store, 'image')).toBe(await plain([file('a', 'x'), file('b', 'x'), file('c', 'x')]));
  });
});

describe('an image on a disk that is full', () => {
  const missing = IS_ROOT ? noOverlays() : 'only root can mount a small disk';
  itUnless(missing, 'is not added, and nothing of it is left', async () => {
    const place = join(home(), 'large.tar');
    // Each would fit alone.
    const entries = ['a', 'b', 'c'].map((name) => file(name, name.repeat(900_000)));
    writeFileSync(place, await tarOf(entries));
    const store = new URL('../../../../docker/images/store/store.ts', import.meta.url).href;
    const program = `
      import { ImageStore } from ${JSON.stringify(store)};
      const [at, place] = process.argv.slice(1);
      for (const kind of ['root', 'oci', 'docker']) {
        const save = async (_, path) => (await import('node:fs/promises')).copyFile(place, path);
        const store = await ImageStore.open(at + '/store', { save });
        await store.add('image', { kind, place }).catch((error) => console.log(kind, error.code));
        await store.close();
      }`;
    const disk = join(home(), 'disk');
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=2m disk "$1"; "$2" --import tsx --input-type=module -e "$3" "$1" "$4"
      for part in layers images pins tmp; do ls "$1/store/$part"; done`;
    const { stdout, stderr } = inNamespaces(script, disk, process.execPath, program, place);
    expect({ stdout, stderr }).toEqual({
      stdout: 'root no_space\noci refused\ndocker no_space\n',
      stderr: '',
    });
  });
});
