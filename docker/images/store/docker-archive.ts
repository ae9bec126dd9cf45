import { posix } from 'node:path';
import { z } from 'zod';
import { checkCompression, type ImageFiles, readJson } from './archive.ts';
import { ImageStoreError } from './errors.ts';
import { OciConfig, type Platform, readConfig } from './image-config.ts';
import type { OpenedImage } from './opened-image.ts';
import type { PackedLayer } from './unpacker.ts';

const MANIFEST = 'manifest.json';

const Inside = z.string().refine((path) => {
  const normal = posix.normalize(path);
  return normal !== '.' && !normal.startsWith('/') && !normal.startsWith('..');
}, 'give a path inside the archive');

const Manifest = z.array(z.object({ Config: Inside, Layers: z.array(Inside).nullable() }));

export async function isDockerArchive(files: ImageFiles): Promise<boolean> {
  return (await files.find(MANIFEST)) !== null;
}

/** The one image of what `docker save` writes. @throws {ImageStoreError} `refused` */
export async function openDockerArchive(files: ImageFiles, platform: Platform): Promise<OpenedImage> {
  const { value: images } = await readJson(files, MANIFEST, Manifest);
  const [image] = images;
  if (image === undefined || images.length > 1) {
    throw new ImageStoreError('refused', `${files.label}: it has ${images.length} images; save one`);
  }
  // The file of a configuration is named after its digest.
  const [, hex] = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.Config) ?? [];
  const expected = hex === undefined ? {} : { digest: `sha256:${hex}` };
  const config = await readJson(files, image.Config, OciConfig, expected);
  const read = readConfig(config.value, platform, files.label);
  const diffIds = config.value.rootfs.diff_ids ?? [];
  const paths = image.Layers ?? [];
  if (paths.length !== diffIds.length) {
    const message = `${files.label}: its manifest has ${paths.length} layers, its configuration ${diffIds.length}`;
    throw new ImageStoreError('refused', message);
  }
  const layers: PackedLayer[] = [];
  for (const [i, path] of paths.entries()) {
    const label = `${files.label}, ${path}`;
    const place = await files.find(path);
    if (place === null) throw new ImageStoreError('refused', `${label}: it is missing`);
    await checkCompression(place, label);
    layers.push({ ...place, label, diffId: diffIds[i] });
  }
  return { digest: config.digest, config: read, layers };
}
