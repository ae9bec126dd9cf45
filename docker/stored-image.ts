import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { SandboxError } from './errors.ts';
import type { ImageRef, StoredImage } from './sandbox.ts';

/** A folder of the store, or one in such a folder: plain names without a dot at the start. */
const layerName = /^[A-Za-z0-9][A-Za-z0-9._+=@-]{0,199}(\/[A-Za-z0-9][A-Za-z0-9._+=@-]{0,199})?$/;

/** Layers of one image. A container engine makes at most 127, and the kernel mounts at most 500. */
const MOST_LAYERS = 256;

/** @throws {SandboxError} `not_supported` if no runner would take it */
export function checkStored({ name, layers, workdir = '/' }: StoredImage): void {
  const wrong = layers.find((layer) => !layerName.test(layer));
  const problem =
    wrong !== undefined
      ? `layer ${JSON.stringify(wrong)} is not the name of a folder of the store`
      : layers.length === 0 || layers.length > MOST_LAYERS
        ? `it has ${layers.length} layers, not 1 to ${MOST_LAYERS}`
        : workdir.startsWith('/')
          ? null
          : `workdir ${JSON.stringify(workdir)} is not absolute`;
  if (problem !== null)
    throw new SandboxError('not_supported', `Image "${name}" cannot be shown: ${problem}.`);
}

/** Whether a sandbox on one is as good as on the other; `undefined` is the container's own image. */
export function isSameImage(one: StoredImage | undefined, other: StoredImage | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && isDeepStrictEqual(told(one), told(other));
}

/** What the runner is told of it. */
export function told({ layers, env = {}, workdir = '/' }: StoredImage): Record<string, unknown> {
  return { layers, env, workdir };
}

/** The reference to what a sandbox shows: digests of equal images are equal. */
export function storedRef(image: StoredImage): ImageRef {
  const { env = {} } = image;
  const content = { ...told(image), env: Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1)) };
  return { name: image.name, digest: `sha256:${hash('sha256', JSON.stringify(content))}` };
}
