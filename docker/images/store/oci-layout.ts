import { z } from 'zod';
import { checkCompression, type ImageFiles, readJson } from './archive.ts';
import { ImageStoreError } from './errors.ts';
import { Digest, isPlatform, OciConfig, type Platform, platformText, readConfig } from './image-config.ts';
import type { OpenedImage } from './opened-image.ts';
import type { PackedLayer } from './unpacker.ts';

const LAYOUT = 'oci-layout';
const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const MANIFESTS = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const CONFIGS = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);
const LAYERS = new Set([
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
]);
/** Indexes that lead to indexes. */
const MOST_INDEXES = 4;

const Descriptor = z.object({
  mediaType: z.string(),
  digest: Digest,
  size: z.int().min(0),
  platform: z.object({ architecture: z.string(), os: z.string() }).nullish(),
});
type Descriptor = z.infer<typeof Descriptor>;

const Layout = z.object({ imageLayoutVersion: z.string().regex(/^1\./, 'only version 1 is known') });
const Index = z.object({ manifests: z.array(Descriptor) });
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });

export async function isOciLayout(files: ImageFiles): Promise<boolean> {
  return (await files.find(LAYOUT)) !== null;
}

/** The one image of an OCI layout that is for a platform. @throws {ImageStoreError} `refused` */
export async function openOciLayout(files: ImageFiles, platform: Platform): Promise<OpenedImage> {
  await readJson(files, LAYOUT, Layout);
  const { value: top } = await readJson(files, 'index.json', Index);
  const manifest = await readBlob(files, await manifestFor(files, top.manifests, platform), Manifest);
  expectType(files, manifest.value.config, CONFIGS, 'a configuration');
  const config = await readBlob(files, manifest.value.config, OciConfig);
  const { layers: packed } = manifest.value;
  const diffIds = config.value.rootfs.diff_ids ?? [];
  const read = readConfig(config.value, platform, files.label);
  if (packed.length !== diffIds.length) {
    const message = `${files.label}: its manifest has ${packed.length} layers, its configuration ${diffIds.length}`;
    throw new ImageStoreError('refused', message);
  }
  const layers: PackedLayer[] = [];
  for (const [i, layer] of packed.entries()) {
    expectType(files, layer, LAYERS, 'a layer');
    const path = blobPath(layer.digest);
    const label = `${files.label}, ${path}`;
    const place = await files.find(path);
    if (place === null) throw new ImageStoreError('refused', `${label}: it is missing`);
    if (place.size !== layer.size) {
      throw new ImageStoreError('refused', `${label}: it has ${place.size} bytes, not ${layer.size}`);
    }
    await checkCompression(place, label);
    layers.push({ ...place, label, digest: layer.digest, diffId: diffIds[i] });
  }
  return { digest: config.digest, config: read, layers };
}

async function manifestFor(
  files: ImageFiles,
  top: readonly Descriptor[],
  platform: Platform,
): Promise<Descriptor> {
  let found: readonly Descriptor[] = top;
  for (let depth = 0; depth < MOST_INDEXES; depth += 1) {
    const one = theOne(files, found, platform);
    if (MANIFESTS.has(one.mediaType)) return one;
    expectType(files, one, INDEXES, 'a manifest or an index');
    found = (await readBlob(files, one, Index)).value.manifests;
  }
  throw new ImageStoreError('refused', `${files.label}: its indexes are nested too deeply`);
}

/** The entry of an index for a platform. Entries for `unknown/unknown` are attestations. */
function theOne(files: ImageFiles, entries: readonly Descriptor[], platform: Platform): Descriptor {
  const images = entries.filter((entry) => entry.platform?.os !== 'unknown');
  const fitting = images.filter((entry) => entry.platform == null || isPlatform(entry.platform, platform));
  const [one] = fitting;
  if (one !== undefined && fitting.every(({ digest }) => digest === one.digest)) return one;
  const platforms = images.flatMap((entry) => (entry.platform == null ? [] : [platformText(entry.platform)]));
  const message =
    fitting.length > 1
      ? `it has ${fitting.length} images for ${platformText(platform)}; make a layout with one`
      : `it has no image for ${platformText(platform)}, but ${platforms.join(', ') || 'none at all'}`;
  throw new ImageStoreError('refused', `${files.label}: ${message}`);
}

function readBlob<T>(files: ImageFiles, { digest, size }: Descriptor, schema: z.ZodType<T>) {
  return readJson(files, blobPath(digest), schema, { digest, size });
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function expectType(
  files: ImageFiles,
  { mediaType, digest }: Descriptor,
  known: ReadonlySet<string>,
  what: string,
): void {
  if (known.has(mediaType)) return;
  const message = `${files.label}, ${blobPath(digest)}: its media type "${mediaType}" is not known for ${what}`;
  throw new ImageStoreError('refused', message);
}
