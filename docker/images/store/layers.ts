import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Changes } from './changes.ts';
import { isSystemError } from './errors.ts';
import { type Places, removeTree, synchronizeFolder } from './places.ts';
import type { Records } from './record.ts';
import { type LayerRecord, type PackedLayer, unpackLayer } from './unpacker.ts';

/** Keeps layers from being removed. */
type Pin = (layers: readonly string[]) => Promise<void>;

/** Brings layers into a store, each once. */
export class Layers {
  readonly #places: Places;
  readonly #records: Records;
  readonly #changes: Changes;
  /** Most bytes of a layer. */
  readonly #limit: number | undefined;
  /** Layers that this object is unpacking. */
  readonly #unpacking = new Map<string, Promise<LayerRecord>>();

  constructor(places: Places, records: Records, changes: Changes, limit: number | undefined) {
    this.#places = places;
    this.#records = records;
    this.#changes = changes;
    this.#limit = limit;
  }

  /** A layer of the store, unpacked first if it is not there. */
  async bring(packed: PackedLayer, pin: Pin, signal: AbortSignal | undefined): Promise<LayerRecord> {
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

  async #unpack(packed: PackedLayer, pin: Pin, signal: AbortSignal | undefined): Promise<LayerRecord> {
    const temporary = await this.#places.temporary();
    try {
      const unpacked = join(temporary, 'layer');
      await mkdir(unpacked, { mode: 0o700 });
      const record = await unpackLayer(packed, join(unpacked, 'diff'), { limit: this.#limit, signal });
      await this.#places.write(join(unpacked, 'layer.json'), JSON.stringify(record));
      await synchronizeFolder(unpacked);
      // A root says what its layer is only now. One that is there already must be pinned before anyone relies on it.
      if (packed.diffId === undefined) await this.#changes.make(() => pin([record.diffId]));
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
}
