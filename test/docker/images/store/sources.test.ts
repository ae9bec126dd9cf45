import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { thisPlatform } from '../../../../docker/images/store/image-config.ts';
import { type ImageSource, parseSource } from '../../../../docker/images/store/source.ts';
import { ImageStore } from '../../../../docker/images/store/store.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import {
  dockerArchive,
  file,
  folder,
  type OciSpec,
  ociArchive,
  sha256,
  tarOf,
  writeOciLayout,
} from './archives.ts';

const home = temporaryFolder();
let layers: readonly Buffer[];
beforeEach(async () => {
  layers = [await tarOf([folder('app'), file('app/a', 'A')]), await tarOf([file('app/b', 'B')])];
});

async function add(source: ImageSource) {
  await using store = await ImageStore.open(join(home(), 'store'));
  return store.add('image', source);
}

async function addBytes(bytes: Buffer) {
  const place = join(home(), 'image.tar');
  await writeFile(place, bytes);
  return add({ kind: 'oci', place });
}

async function addLayout(spec: Partial<OciSpec> = {}) {
  const place = join(home(), 'layout');
  await writeOciLayout(place, { layers, ...spec });
  return add({ kind: 'oci', place });
}

/** What it is refused for; nothing of it is kept. */
async function refusal(adding: Promise<unknown>): Promise<string> {
  const error = await adding.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ name: 'ImageStoreError', code: 'refused' });
  for (const part of ['layers', 'images', 'pins', 'tmp']) {
    expect(readdirSync(join(home(), 'store', part)), part).toEqual([]);
  }
  return String((error as Error).message);
}

test('a source is docker:, oci: or root: and a place', () => {
  expect(parseSource('docker:debian:12')).toEqual({ kind: 'docker', place: 'debian:12' });
  expect(parseSource('oci:/a/b:c')).toEqual({ kind: 'oci', place: '/a/b:c' });
  expect(parseSource('root:a')).toEqual({ kind: 'root', place: join(process.cwd(), 'a') });
  for (const text of ['debian:12', 'docker:', 'http://a', '']) expect(parseSource(text)).toBe(null);
});

test.each([
  ['an archive of docker save', () => dockerArchive({ layers }).then(addBytes)],
  ['one with compressed layers', () => dockerArchive({ layers, gzip: true }).then(addBytes)],
  ['one that is compressed', async () => addBytes(gzipSync(await dockerArchive({ layers })))],
  ['an archive of an OCI layout', () => ociArchive({ layers }).then(addBytes)],
  ['one with compressed layers', () => ociArchive({ layers, gzip: true }).then(addBytes)],
  ['the folder of an OCI layout', () => addLayout({ gzip: true })],
])('%s gives the layers, lowest first, and the configuration', async (_, adding) => {
  const image = await adding();
  expect(image.layers.map((path) => path.split('/').at(-2))).toEqual(
    layers.map((layer) => sha256(layer).slice('sha256:'.length)),
  );
  expect(readFileSync(join(image.layers[1] ?? '', 'app/b'), 'utf8')).toBe('B');
  expect(image.config).toEqual({
    env: { PATH: '/bin', A: 'b=c' },
    workdir: '/app',
    user: 'nobody',
    ...thisPlatform,
  });
  expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('an image that says nothing is root’s at /', async () => {
  const { config } = await addLayout({ config: { Env: null, User: '' } });
  expect(config).toMatchObject({ env: {}, workdir: '/', user: 'root' });
});

test('a layer that docker save writes as a link is the one that the link leads to', async () => {
  const [one = Buffer.alloc(0)] = layers;
  const image = await addBytes(await dockerArchive({ layers: [one, one] }));
  // An overlay takes no folder twice, and the lower one would show nothing.
  expect(image.layers).toHaveLength(1);
});

test('a root gives one layer, the same for a folder whenever it is added', async () => {
  const place = join(home(), 'root');
  await mkdir(join(place, 'etc'), { recursive: true });
  await writeFile(join(place, 'etc/name'), 'x');
  const first = await add({ kind: 'root', place });
  expect(readFileSync(join(first.layers[0] ?? '', 'etc/name'), 'utf8')).toBe('x');
  expect(await add({ kind: 'root', place })).toMatchObject({ digest: first.digest, sharedLayers: 1 });
});

test('an image of Docker comes through what saves it, and leaves no archive behind', async () => {
  const asked: string[] = [];
  await using store = await ImageStore.open(join(home(), 'store'), {
    save: async (reference, path) => {
      asked.push(reference);
      await writeFile(path, await dockerArchive({ layers }));
    },
  });
  const image = await store.add('image', { kind: 'docker', place: 'some/image:1' });
  expect(asked).toEqual(['some/image:1']);
  expect(image.layers).toHaveLength(2);
  expect(readdirSync(join(home(), 'store/tmp'))).toEqual([]);
});

test.each([
  [
    'another architecture',
    { architecture: 'riscv64' },
    `linux/riscv64, not for linux/${thisPlatform.architecture}`,
  ],
  ['another system', { os: 'windows' }, 'windows/'],
])('an image for %s is refused by its name', async (_, platform, words) => {
  expect(await refusal(addBytes(await dockerArchive({ layers, ...platform })))).toContain(words);
  expect(await refusal(addLayout(platform))).toContain(words);
});

test('of several platforms the one of this machine is taken', async () => {
  const other = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: sha256('x'), size: 1 };
  const entry = (architecture: string, os = 'linux') => ({ ...other, platform: { architecture, os } });
  const index = (own: Record<string, unknown>) => [
    entry('riscv64'),
    { ...own, platform: thisPlatform },
    entry('unknown', 'unknown'),
  ];
  expect((await addLayout({ index })).layers).toHaveLength(2);
});

test('an index without this platform is refused with those it has', async () => {
  const index = (own: Record<string, unknown>) => [
    { ...own, platform: { architecture: 'riscv64', os: 'linux' } },
  ];
  expect(await refusal(addLayout({ index }))).toContain(`but linux/riscv64`);
});

test('several images are refused', async () => {
  const index = (own: Record<string, unknown>) => [own, { ...own, digest: sha256('x') }];
  expect(await refusal(addLayout({ index }))).toContain('2 images');
});

test.each(['', 'gzip'])('a layer that is not what its diff_id says is refused %s', async (gzip) => {
  const diffIds = [sha256('x'), sha256('y')];
  const spec = { layers, diffIds, gzip: gzip !== '' };
  const words = /layer0\/layer\.tar: its diff_id is sha256:\w+, not sha256:/;
  expect(await refusal(addBytes(await dockerArchive(spec)))).toMatch(words);
  expect(await refusal(addLayout(spec))).toMatch(/blobs\/sha256\/\w+: its diff_id is/);
});

test('a blob that is not what its digest says is refused', async () => {
  const [first = Buffer.alloc(0)] = layers;
  const path = `blobs/${sha256(first).replace(':', '/')}`;
  const flip = (at: string, bytes: Buffer): Buffer => {
    if (at !== path) return bytes;
    const changed = Buffer.from(bytes);
    changed[1024] = (changed[1024] ?? 0) ^ 1;
    return changed;
  };
  expect(await refusal(addLayout({ change: flip }))).toMatch(`${path}: its digest is`);
});

test('manifests and configurations are verified too', async () => {
  const spoil = (words: string) => (_: string, bytes: Buffer) =>
    bytes.includes(words) ? Buffer.from(bytes.toString().replace(words, words.toUpperCase())) : bytes;
  expect(await refusal(addLayout({ change: spoil('nobody') }))).toMatch(/its digest is/);
  expect(await refusal(addLayout({ change: spoil('"layers":[') }))).toMatch(/its digest is/);
});

test.each([
  [
    'a blob that is missing',
    (path: string) => path.endsWith(sha256(layers[0] ?? '').slice(7)),
    /blobs\/.*it is missing/,
  ],
  ['no index', (path: string) => path === 'index.json', /index\.json: it is missing/],
  ['no layout', (path: string) => path === 'oci-layout', /neither oci-layout nor manifest\.json/],
])('a layout with %s is refused', async (_, isGone, words) => {
  const change = (path: string, bytes: Buffer) => (isGone(path) ? null : bytes);
  expect(await refusal(addLayout({ change }))).toMatch(words);
});

test.each([
  [
    'a layer',
    { layerType: 'application/vnd.oci.image.layer.v1.tar+zstd' },
    'tar+zstd" is not known for a layer',
  ],
  [
    'a manifest',
    { index: (own: Record<string, unknown>) => [{ ...own, mediaType: 'text/plain' }] },
    '"text/plain" is not known for a manifest',
  ],
])('a media type that is not known for %s is refused by its name', async (_, spec, words) => {
  expect(await refusal(addLayout(spec))).toContain(words);
});

test('a digest of another kind, and a path that leads out, are refused', async () => {
  const index = (own: Record<string, unknown>) => [{ ...own, digest: 'sha256:../../../etc/passwd' }];
  expect(await refusal(addLayout({ index }))).toMatch(/index\.json.*SHA-256/);
  const archive = await tarOf([
    file('manifest.json', JSON.stringify([{ Config: '../config.json', Layers: [] }])),
  ]);
  expect(await refusal(addBytes(archive))).toMatch(/manifest\.json.*inside the archive/);
});

test('a link of an archive leads to nothing outside of it', async () => {
  const archive = await tarOf([
    { name: 'manifest.json', type: 'symlink', linkname: '/etc/hostname' },
    { name: 'oci-layout', type: 'symlink', linkname: '../../etc/hostname' },
  ]);
  expect(await refusal(addBytes(archive))).toContain('neither oci-layout nor manifest.json');
});

test.each([
  ['within a blob', 0.5],
  ['in its first header', 0.01],
])('an archive that is truncated %s is refused', async (_, share) => {
  const archive = await ociArchive({ layers });
  expect(await refusal(addBytes(archive.subarray(0, Math.floor(archive.length * share))))).toMatch(
    /image\.tar.*(truncated|neither)/,
  );
});

test('a compressed archive that is truncated is refused', async () => {
  const archive = gzipSync(await ociArchive({ layers }));
  expect(await refusal(addBytes(archive.subarray(0, archive.length / 2)))).toContain('truncated');
});

test('a manifest that is no JSON, or another one, is refused', async () => {
  expect(await refusal(addBytes(await tarOf([file('manifest.json', '{')])))).toContain('no JSON');
  expect(await refusal(addBytes(await tarOf([file('manifest.json', '{}')])))).toContain('manifest.json');
});

test('a place that is not there is named by the system’s error', async () => {
  await expect(add({ kind: 'oci', place: join(home(), 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(add({ kind: 'root', place: join(home(), 'none') })).rejects.toMatchObject({ code: 'ENOENT' });
});
