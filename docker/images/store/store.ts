import { mkdir, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ownerOf } from '../../owner.ts';
import { digestOf } from './archive.ts';
import { type SaveImage, saveDockerImage } from './docker-save.ts';
import { ImageStoreError, isSystemError } from './errors.ts';
import { planEviction } from './eviction.ts';
import { type Platform, thisPlatform } from './image-config.ts';
import type { OpenedImage } from './opened-image.ts';
import { Pins } from './pins.ts';
import { Places, removeTree, synchronizeFolder } from './places.ts';
import { type ImageConfig, type ImageRecord, isImageName, Records } from './record.ts';
import { type ImageSource, openSource, sourceText } from './source.ts';
import { type LayerRecord, type LeftOut, type PackedLayer, unpackLayer, withLock } from './unpacker.ts';

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

/** An image of the store. */
export interface StoredImage {
  readonly name: string;
  /** SHA-256 of its configuration. */
  readonly digest: string;
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

/**
 * Images as lists of unpacked layers, each of which is there once. Any number of processes may use a store. It belongs to
 * one user.
 */
export class ImageStore {
  readonly #places: Places;
  readonly #records: Records;
  readonly #pins: Pins;
  readonly #options: ImageStoreOptions;
  /** Layers that this object is unpacking. */
  readonly #unpacking = new Map<string, Promise<LayerRecord>>();

  private constructor(places: Places, options: ImageStoreOptions) {
    this.#places = places;
    this.#options = options;
    this.#records = new Records(places, options.now ?? Date.now);
    this.#pins = new Pins(places);
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
        if (!(await this.#isCondemned(name))) throw notFound(name);
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
    await this.#change(async () => {});
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
    await this.#change(async () => {
      const record = await this.#records.image(name);
      if (record === null) throw notFound(name);
      if (!(await this.#removeRecord(record))) {
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
    const removed = await this.#change(async () => {
      const { names } = await this.#plan(maxBytes);
      return this.#evict(names);
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
    await this.#change(() => pin(known));
    try {
      const before = await this.#records.layers();
      const layers: LayerRecord[] = [];
      for (const [i, layer] of packed.entries()) {
        onProgress?.(`unpacking layer ${i + 1} of ${packed.length}`, i / packed.length);
        layers.push(await this.#layer(layer, pin, signal));
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
      const evicted = await this.#change(() => this.#commit(record));
      const added = layers.filter(({ diffId }) => !before.has(diffId));
      return {
        ...(await this.#stored(record)),
        sharedLayers: layers.length - added.length,
        leftOut: sum(added),
        evicted,
      };
    } catch (error) {
      await end();
      // Nothing refers to its new layers. If they cannot be removed now, the next change removes them.
      await this.#change(async () => {}).catch(() => {});
      throw error;
    } finally {
      await end();
    }
  }

  /** A layer of the store, unpacked first if it is not there. */
  async #layer(
    packed: PackedLayer,
    pin: (layers: readonly string[]) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<LayerRecord> {
    const { diffId } = packed;
    if (diffId === undefined) return this.#unpack(packed, pin, signal);
    const there = await this.#records.layer(diffId);
    if (there !== null) return there;
    // One that another caller gives up is unpacked again.
    const other = await this.#unpacking.get(diffId)?.catch(() => undefined);
    if (other !== undefined) return other;
    const work = this.#unpack(packed, pin, signal);
    this.#unpacking.set(diffId, work);
    try {
      return await work;
    } finally {
      this.#unpacking.delete(diffId);
    }
  }

  async #unpack(
    packed: PackedLayer,
    pin: (layers: readonly string[]) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<LayerRecord> {
    const temporary = await this.#places.temporary();
    try {
      const unpacked = join(temporary, 'layer');
      await mkdir(unpacked, { mode: 0o700 });
      const limit = this.#options.maxBytes;
      const record = await unpackLayer(packed, join(unpacked, 'diff'), { limit, signal });
      await this.#places.write(join(unpacked, 'layer.json'), JSON.stringify(record));
      await synchronizeFolder(unpacked);
      // A root says what its layer is only now. One that is there already must be pinned before anyone relies on it.
      if (packed.diffId === undefined) await this.#change(() => pin([record.diffId]));
      try {
        await rename(unpacked, this.#places.layer(record.diffId));
        await synchronizeFolder(this.#places.in('layers'));
      } catch (error) {
        // Another process was faster.
        if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      }
      return record;
    } finally {
      await removeTree(temporary);
    }
  }

  /** Write the record of an image whose layers are there, and evict others for it. @returns their names */
  async #commit(record: ImageRecord): Promise<readonly string[]> {
    const { maxBytes } = this.#options;
    let evicted: readonly string[] = [];
    if (maxBytes !== undefined) {
      const plan = await this.#plan(maxBytes, record);
      if (plan.bytes > maxBytes) {
        const message = `the image "${record.name}" does not fit: with what is in use there would be ${plan.bytes} bytes of at most ${maxBytes}`;
        throw new ImageStoreError('over_cap', message);
      }
      evicted = await this.#evict(plan.names);
    }
    await this.#records.write(record);
    return evicted;
  }

  /** @param added an image that is about to be in the store */
  async #plan(maxBytes: number, added?: ImageRecord) {
    const records = (await this.#records.images()).filter(({ name }) => name !== added?.name);
    const live = await this.#pins.live();
    const inUse = new Set(live.map(({ name, digest }) => `${name} ${digest}`));
    const isInUse = ({ name, digest }: ImageRecord): boolean => inUse.has(`${name} ${digest}`);
    const candidates = await Promise.all(
      records
        .filter((record) => !isInUse(record))
        .map(async (record) => ({ ...record, usedAt: await this.#records.usedAt(record.name) })),
    );
    const layers = await this.#records.layers();
    return planEviction({
      candidates: candidates.sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime()),
      kept: new Set([...live, ...(added === undefined ? [] : [added])].flatMap((one) => one.layers)),
      layers: new Map([...layers].map(([id, { bytes }]) => [id, bytes])),
      maxBytes,
    });
  }

  async #evict(names: readonly string[]): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const name of names) {
      const record = await this.#records.image(name);
      if (record !== null && (await this.#removeRecord(record))) removed.push(name);
    }
    return removed;
  }

  /** Change what the store has while no other process does, and remove the layers that nothing refers to any more. */
  async #change<T>(work: () => Promise<T>): Promise<T> {
    const trash: string[] = [];
    try {
      return await withLock(this.#places.lock, async () => {
        await this.#restore();
        try {
          return await work();
        } finally {
          trash.push(...(await this.#discardLayers()));
        }
      });
    } finally {
      for (const path of trash) await removeTree(path);
    }
  }

  /** Put back what a dead process was about to remove. Only with the lock. */
  async #restore(): Promise<void> {
    for (const file of await readdir(this.#places.in('condemned'))) {
      await rename(this.#places.in('condemned', file), this.#places.in('images', file));
    }
  }

  /** Remove the record of an image unless the image is in use. Only with the lock. @returns whether it was removed */
  async #removeRecord({ name, digest }: ImageRecord): Promise<boolean> {
    const [place, aside] = [
      this.#places.in('images', `${name}.json`),
      this.#places.in('condemned', `${name}.json`),
    ];
    await rename(place, aside);
    // Who takes it into use from here on finds no record; who did before has pinned it.
    const live = await this.#pins.live();
    if (live.some((pinned) => pinned.name === name && pinned.digest === digest)) {
      await rename(aside, place);
      return false;
    }
    await unlink(aside);
    return true;
  }

  /** Take layers away that no image and no pin has. Only with the lock. @returns where they are now */
  async #discardLayers(): Promise<string[]> {
    const names = await readdir(this.#places.in('layers'));
    const held = [...(await this.#pins.live()), ...(await this.#records.images())];
    const kept = new Set(held.flatMap(({ layers }) => layers.map((layer) => this.#places.layer(layer))));
    const unused = names.map((name) => this.#places.layer(name)).filter((path) => !kept.has(path));
    return Promise.all(unused.map((path) => this.#places.discard(path)));
  }

  async #isCondemned(name: string): Promise<boolean> {
    return (await readdir(this.#places.in('condemned'))).includes(`${name}.json`);
  }

  async #stored({ name, digest, layers, config }: ImageRecord): Promise<StoredImage> {
    const records = new Map<string, LayerRecord>();
    for (const id of new Set(layers)) {
      const record = await this.#records.layer(id);
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
      layers: stack.slice(Math.max(0, lowest)).map((id) => join(this.#places.layer(id), 'diff')),
      attributes: [...records.values()].some(({ attributes }) => attributes === 'user') ? 'user' : 'trusted',
      config,
      bytes: bytesOf(layers, records),
    };
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

function bytesOf(ids: readonly string[], layers: ReadonlyMap<string, LayerRecord>): number {
  return [...new Set(ids)].reduce((all, id) => all + (layers.get(id)?.bytes ?? 0), 0);
}

function sum(layers: readonly LayerRecord[]): LeftOut {
  const counts: LeftOut = {};
  for (const { leftOut } of layers) {
    for (const [what, count] of Object.entries(leftOut) as [keyof LeftOut, number][]) {
      counts[what] = (counts[what] ?? 0) + count;
    }
  }
  return counts;
}
