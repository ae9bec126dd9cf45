import { join } from 'node:path';
import { ImageStoreError } from './errors.ts';
import type { Places } from './places.ts';
import type { ImageConfig, ImageRecord, Records } from './record.ts';
import type { LayerRecord, LeftOut } from './unpacker.ts';

/** An image of the store. */
export interface StoredImage {
  readonly name: string;
  /** SHA-256 of its configuration. */
  readonly digest: string;
  /** Where it comes from, e.g. `docker:debian:12`. */
  readonly source: string;
  /** Folders to be mounted as the lower ones of an overlay, lowest first. Nothing may write into them. */
  readonly layers: readonly string[];
  /** Namespace of the overlay's attributes in them; `user` needs the mount option `userxattr`. */
  readonly attributes: 'trusted' | 'user';
  readonly config: ImageConfig;
  /** Of its layers. Other images may share them. */
  readonly bytes: number;
}

/** An image that is not removed before `release`, or the end of this process. */
export interface ImageLease extends AsyncDisposable {
  readonly image: StoredImage;
  /** A second call does nothing. */
  release(): Promise<void>;
}

/** What a person wants to know of an image. */
export interface ListedStoredImage {
  readonly name: string;
  readonly digest: string;
  readonly source: string;
  readonly bytes: number;
  /** Number of its layers, and of those that other images have too. */
  readonly layers: number;
  readonly sharedLayers: number;
  readonly addedAt: Date;
  readonly usedAt: Date;
  /** Whether a process uses it now. */
  readonly inUse: boolean;
}

export interface AddOptions {
  /** Gives it up: `add` then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with what is being done, and the share that is done, from 0 to 1. */
  readonly onProgress?: (doing: string, share: number) => void;
}

export interface AddedImage extends StoredImage {
  /** Layers that were there before. */
  readonly sharedLayers: number;
  /** What its new layers have lost. */
  readonly leftOut: LeftOut;
  /** Images that were evicted for it. */
  readonly evicted: readonly string[];
}

export interface Pruned {
  readonly removed: readonly string[];
  /** Bytes of all layers before and after. */
  readonly before: number;
  readonly after: number;
}

/** An image as its record and those of its layers describe it. @throws {ImageStoreError} `failed` if a layer is lost */
export async function storedImage(
  { name, digest, source, layers, config }: ImageRecord,
  all: Records,
  places: Places,
): Promise<StoredImage> {
  const records = new Map<string, LayerRecord>();
  for (const id of new Set(layers)) {
    const record = await all.layer(id);
    if (record === null)
      throw new ImageStoreError('failed', `the store has lost ${id} of "${name}"; add it again`);
    records.set(id, record);
  }
  // An overlay takes no folder twice. Of a layer that comes twice, the lower one shows nothing.
  const stack = layers.filter((id, i) => !layers.includes(id, i + 1));
  const lowest = stack.findLastIndex((id) => records.get(id)?.hidesLower === true);
  return {
    name,
    digest,
    source,
    layers: stack.slice(Math.max(0, lowest)).map((id) => join(places.layer(id), 'diff')),
    attributes: [...records.values()].some(({ attributes }) => attributes === 'user') ? 'user' : 'trusted',
    config,
    bytes: bytesOf(layers, records),
  };
}

/** Bytes of different layers. */
export function bytesOf(ids: readonly string[], layers: ReadonlyMap<string, LayerRecord>): number {
  return [...new Set(ids)].reduce((all, id) => all + (layers.get(id)?.bytes ?? 0), 0);
}

/** What several layers have lost. */
export function sumOfLeftOut(layers: readonly LayerRecord[]): LeftOut {
  const counts: LeftOut = {};
  for (const { leftOut } of layers) {
    for (const [what, count] of Object.entries(leftOut) as [keyof LeftOut, number][]) {
      counts[what] = (counts[what] ?? 0) + count;
    }
  }
  return counts;
}
