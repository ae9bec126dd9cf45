import { setTimeout } from 'node:timers/promises';
import { ownerOf } from '../../owner.ts';
import { digestOf } from './archive.ts';
import { Changes } from './changes.ts';
import { type SaveImage, saveDockerImage } from './docker-save.ts';
import { ImageStoreError, isSystemError } from './errors.ts';
import { type Platform, thisPlatform } from './image-config.ts';
import { Layers } from './layers.ts';
import type { OpenedImage } from './opened-image.ts';
import { Pins } from './pins.ts';
import { Places, removeTree } from './places.ts';
import { type ImageRecord, isImageName, Records } from './record.ts';
import { type ImageSource, openSource, sourceText } from './source.ts';
import {
  type AddedImage,
  type AddOptions,
  bytesOf,
  type ImageLease,
  type ListedStoredImage,
  type Pruned,
  type StoredImage,
  storedImage,
  sumOfLeftOut,
} from './stored.ts';
import type { LayerRecord } from './unpacker.ts';

/** Folder of the store in the state folder. */
export const storeFolder = 'image-store';

/** How often, and how many times, to look again for an image whose removal is being decided; in milliseconds. */
const LOOK_MS = 5;
const MOST_LOOKS = 50;

export interface ImageStoreOptions {
  /** Most bytes of all layers. Adding an image evicts others, the least recently used first. @default no limit */
  readonly maxBytes?: number;
  /** What images must be for. @default this machine */
  readonly platform?: Platform;
  /** @default of the Docker engine of this machine */
  readonly save?: SaveImage;
  /** The time, in milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Images as lists of unpacked layers, each of which is there once. Any number of processes may use a store. It belongs to
 * one user.
 */
export class ImageStore {
  readonly #places: Places;
  readonly #records: Records;
  readonly #pins: Pins;
  readonly #changes: Changes;
  readonly #layers: Layers;
  readonly #options: ImageStoreOptions;

  private constructor(places: Places, options: ImageStoreOptions) {
    this.#places = places;
    this.#options = options;
    this.#records = new Records(places, options.now ?? Date.now);
    this.#pins = new Pins(places);
    this.#changes = new Changes(places, this.#records, this.#pins);
    this.#layers = new Layers(places, this.#records, this.#changes, options.maxBytes);
  }

  /**
   * Open a store, and remove what dead processes left in it.
   * @param folder made if it is not there
   * @throws {ImageStoreError} `failed` if the folder is not this user's alone
   */
  static async open(folder: string, options: ImageStoreOptions = {}): Promise<ImageStore> {
    const places = await Places.make(folder, await ownerOf(process.pid), options.now ?? Date.now);
    await places.sweep();
    return new ImageStore(places, options);
  }

  /** Folder with a folder for each layer; the names of an image's layers are relative to it. */
  get layersFolder(): string {
    return this.#places.in('layers');
  }

  /** The digest of the image of this name; `null` if there is none. */
  async digestOf(name: string): Promise<string | null> {
    return (await this.#records.image(name))?.digest ?? null;
  }

  /** @throws {ImageStoreError} `not_found` */
  async get(name: string): Promise<StoredImage> {
    const record = await this.#records.image(name);
    if (record === null) throw notFound(name);
    return this.#stored(record);
  }

  /** Take an image into use. @throws {ImageStoreError} `not_found` */
  async use(name: string): Promise<ImageLease> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const record = await this.#records.image(name);
      if (record === null) {
        if (!(await this.#changes.isCondemned(name))) throw notFound(name);
        await setTimeout(LOOK_MS);
        continue;
      }
      const { digest, layers } = record;
      const unpin = await this.#pins.pin({ name, digest, layers });
      // From here on no removal begins. One that has begun has taken the record away before it looks at the pins.
      try {
        const again = await this.#records.image(name);
        if (again?.digest === digest) {
          await this.#records.used(name);
          return this.#lease(await this.#stored(record), unpin);
        }
      } catch (error) {
        await unpin();
        throw error;
      }
      await unpin();
    }
    // Whoever was removing it has died.
    await this.#changes.make(async () => {});
    return this.use(name);
  }

  /**
   * Add an image, or replace the one of this name.
   * @throws {ImageStoreError} `refused`, `no_space`, `over_cap`, `failed`
   * @throws a system error that names the source's path
   */
  async add(name: string, source: ImageSource, options: AddOptions = {}): Promise<AddedImage> {
    if (!isImageName(name)) {
      const rule = 'use lower-case letters, digits, and . _ - between them, at most 200';
      throw new ImageStoreError('refused', `${JSON.stringify(name)} cannot name an image: ${rule}`);
    }
    const temporary = await this.#places.temporary();
    try {
      const { save = saveDockerImage, platform = thisPlatform } = this.#options;
      const { signal, onProgress } = options;
      onProgress?.(`reading ${sourceText(source)}`, 0);
      const opened = await openSource(source, { temporary, platform, save, signal });
      return await this.#addOpened(name, sourceText(source), opened, options);
    } catch (error) {
      if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) throw error;
      const message = `${sourceText(source)}: the disk of ${this.#places.root} is full`;
      throw new ImageStoreError('no_space', message, { cause: error });
    } finally {
      await removeTree(temporary);
    }
  }

  /** @throws {ImageStoreError} `not_found`, `in_use` */
  async remove(name: string): Promise<void> {
    await this.#changes.make(async () => {
      const record = await this.#records.image(name);
      if (record === null) throw notFound(name);
      if (!(await this.#changes.remove(record))) {
        throw new ImageStoreError('in_use', `a process uses the image "${name}"; end its episodes first`);
      }
    });
  }

  /**
   * Remove what nothing refers to, and evict images, the least recently used first, until the rest fits.
   * @param maxBytes of all layers; more may be left if it is in use @default the store's own, or no limit
   */
  async prune(maxBytes = this.#options.maxBytes ?? Number.POSITIVE_INFINITY): Promise<Pruned> {
    await this.#places.sweep();
    const before = await this.#bytes();
    const removed = await this.#changes.make(async () => {
      const { names } = await this.#changes.plan(maxBytes);
      return this.#changes.evict(names);
    });
    return { removed, before, after: await this.#bytes() };
  }

  /** By name. */
  async list(): Promise<ListedStoredImage[]> {
    const records = await this.#records.images();
    const layers = await this.#records.layers();
    const live = await this.#pins.live();
    return Promise.all(
      records.map(async (record) => {
        const others = new Set(records.filter((one) => one !== record).flatMap((one) => one.layers));
        return {
          name: record.name,
          digest: record.digest,
          source: record.source,
          bytes: bytesOf(record.layers, layers),
          layers: record.layers.length,
          sharedLayers: record.layers.filter((layer) => others.has(layer)).length,
          addedAt: new Date(record.addedAt),
          usedAt: await this.#records.usedAt(record.name),
          inUse: live.some(({ name, digest }) => name === record.name && digest === record.digest),
        };
      }),
    );
  }

  /** End this object's leases. */
  async close(): Promise<void> {
    await this.#pins.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #addOpened(
    name: string,
    source: string,
    { digest, config, layers: packed }: OpenedImage,
    { signal, onProgress }: AddOptions,
  ): Promise<AddedImage> {
    const known = packed.flatMap(({ diffId }) => (diffId === undefined ? [] : [diffId]));
    const unpins: (() => Promise<void>)[] = [];
    const pin = async (layers: readonly string[]): Promise<void> => {
      unpins.push(await this.#pins.pin({ name: '', digest: '', layers: [...layers] }));
    };
    const end = () => Promise.all(unpins.splice(0).map((unpin) => unpin()));
    // Under the lock, so that no removal has looked at the pins and not yet removed.
    await this.#changes.make(() => pin(known));
    try {
      const before = await this.#records.layers();
      const layers: LayerRecord[] = [];
      for (const [i, layer] of packed.entries()) {
        onProgress?.(`unpacking layer ${i + 1} of ${packed.length}`, i / packed.length);
        layers.push(await this.#layers.bring(layer, pin, signal));
      }
      signal?.throwIfAborted();
      const ids = layers.map(({ diffId }) => diffId);
      const record: ImageRecord = {
        name,
        digest: digest ?? digestOf(JSON.stringify([config, ids])),
        source,
        addedAt: new Date((this.#options.now ?? Date.now)()).toISOString(),
        layers: ids,
        config,
      };
      const evicted = await this.#changes.make(() => this.#commit(record));
      const added = layers.filter(({ diffId }) => !before.has(diffId));
      return {
        ...(await this.#stored(record)),
        sharedLayers: layers.length - added.length,
        leftOut: sumOfLeftOut(added),
        evicted,
      };
    } catch (error) {
      await end();
      // Nothing refers to its new layers. If they cannot be removed now, the next change removes them.
      await this.#changes.make(async () => {}).catch(() => {});
      throw error;
    } finally {
      await end();
    }
  }

  /** Write the record of an image whose layers are there, and evict others for it. @returns their names */
  async #commit(record: ImageRecord): Promise<readonly string[]> {
    const { maxBytes } = this.#options;
    let evicted: readonly string[] = [];
    if (maxBytes !== undefined) {
      const plan = await this.#changes.plan(maxBytes, record);
      if (plan.bytes > maxBytes) {
        const message = `the image "${record.name}" does not fit: with what is in use there would be ${plan.bytes} bytes of at most ${maxBytes}`;
        throw new ImageStoreError('over_cap', message);
      }
      evicted = await this.#changes.evict(plan.names);
    }
    await this.#records.write(record);
    return evicted;
  }

  #stored(record: ImageRecord): Promise<StoredImage> {
    return storedImage(record, this.#records, this.#places);
  }

  #lease(image: StoredImage, unpin: () => Promise<void>): ImageLease {
    let released: Promise<void> | undefined;
    const release = (): Promise<void> => {
      released ??= this.#records.used(image.name).finally(unpin);
      return released;
    };
    return { image, release, [Symbol.asyncDispose]: release };
  }

  async #bytes(): Promise<number> {
    return [...(await this.#records.layers()).values()].reduce((all, { bytes }) => all + bytes, 0);
  }
}

function notFound(name: string): ImageStoreError {
  const remedy = `stepwell images add ${name} --from …`;
  return new ImageStoreError('not_found', `the image store has no image "${name}"; ${remedy}`);
}
