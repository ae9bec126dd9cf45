import { readdir, rename, unlink } from 'node:fs/promises';
import { type EvictionPlan, planEviction } from './eviction.ts';
import type { Pins } from './pins.ts';
import { type Places, removeTree } from './places.ts';
import type { ImageRecord, Records } from './record.ts';
import { withLock } from './unpacker.ts';

/** Changes of what a store has, one after the other over all processes. */
export class Changes {
  readonly #places: Places;
  readonly #records: Records;
  readonly #pins: Pins;

  constructor(places: Places, records: Records, pins: Pins) {
    this.#places = places;
    this.#records = records;
    this.#pins = pins;
  }

  async evict(names: readonly string[]): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const name of names) {
      const record = await this.#records.image(name);
      if (record !== null && (await this.remove(record))) removed.push(name);
    }
    return removed;
  }

  /** Change what the store has while no other process does, and remove the layers that nothing refers to any more. */
  async make<T>(work: () => Promise<T>): Promise<T> {
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
  async remove({ name, digest }: ImageRecord): Promise<boolean> {
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

  async isCondemned(name: string): Promise<boolean> {
    return (await readdir(this.#places.in('condemned'))).includes(`${name}.json`);
  }

  /** @param added an image that is about to be in the store */
  async plan(maxBytes: number, added?: ImageRecord): Promise<EvictionPlan> {
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
}
