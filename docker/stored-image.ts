import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ImageRef } from './sandbox.ts';

/** An image of the image store, which a sandbox takes at its reset instead of its container's own. */
export interface StoredImage {
  /** For people; it does not tell images apart. */
  readonly name: string;
  /** Folders of the store, lowest first: 1 to 256, each a plain name. */
  readonly layers: readonly string[];
  /** Variables of its sessions, over the runner's own. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its session begins, absolute; it must be a folder of the image. @default `/` */
  readonly workdir?: string;
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
