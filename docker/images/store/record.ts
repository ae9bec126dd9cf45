import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { z } from 'zod';
import { isSystemError } from './errors.ts';
import type { Places } from './places.ts';
import { LayerRecord } from './unpacker.ts';

/** What episodes need of an image's configuration. */
export const ImageConfig = z.object({
  /** Variables of its processes. */
  env: z.record(z.string(), z.string()),
  /** Absolute path. */
  workdir: z.string(),
  /** Name or number, also `user:group`, as the image has it; `root` if it does not say. */
  user: z.string(),
  /** As OCI names it, e.g. `amd64`. */
  architecture: z.string(),
  os: z.string(),
});
export type ImageConfig = z.infer<typeof ImageConfig>;

/** The description of an image of the store: `images/<name>.json`. */
export const ImageRecord = z.object({
  name: z.string(),
  /** Identity: SHA-256 of the image's configuration, as of a Docker image's id. */
  digest: z.string(),
  /** Where it comes from, e.g. `docker:debian:12`. */
  source: z.string(),
  addedAt: z.iso.datetime(),
  /** Digests of its layers, lowest first. */
  layers: z.array(z.string()),
  config: ImageConfig,
});
export type ImageRecord = z.infer<typeof ImageRecord>;

const NAME = /^[a-z0-9]+([._-][a-z0-9]+)*$/;
/** Characters; the file of a record has a few more. */
const LONGEST_NAME = 200;

/** Whether an image can have this name: lower-case letters, digits, and `.`, `_` or `-` between them. */
export function isImageName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

/** Reads and writes what the files of a store say. */
export class Records {
  readonly #places: Places;
  readonly #now: () => number;

  constructor(places: Places, now: () => number) {
    this.#places = places;
    this.#now = now;
  }

  async image(name: string): Promise<ImageRecord | null> {
    return isImageName(name) ? read(this.#places.in('images', `${name}.json`), ImageRecord) : null;
  }

  async images(folder: 'images' | 'condemned' = 'images'): Promise<ImageRecord[]> {
    const names = (await readdir(this.#places.in(folder))).sort();
    const records = await Promise.all(names.map((name) => read(this.#places.in(folder, name), ImageRecord)));
    return records.filter((record) => record !== null);
  }

  layer(diffId: string): Promise<LayerRecord | null> {
    return read(`${this.#places.layer(diffId)}/layer.json`, LayerRecord);
  }

  /** All layers of the store by their digests. */
  async layers(): Promise<Map<string, LayerRecord>> {
    const names = await readdir(this.#places.in('layers'));
    const records = await Promise.all(names.map((name) => this.layer(name)));
    return new Map(records.flatMap((record) => (record === null ? [] : [[record.diffId, record]])));
  }

  async write(record: ImageRecord): Promise<void> {
    const path = this.#places.in('images', `${record.name}.json`);
    await this.#places.write(path, `${JSON.stringify(record, null, 2)}\n`);
    await this.used(record.name);
  }

  /** Note that an image is used now. */
  async used(name: string): Promise<void> {
    const seconds = this.#now() / 1_000;
    await utimes(this.#places.in('images', `${name}.json`), seconds, seconds).catch((error: unknown) => {
      if (!isSystemError(error, 'ENOENT')) throw error;
    });
  }

  async usedAt(name: string): Promise<Date> {
    const found = await stat(this.#places.in('images', `${name}.json`)).catch(() => null);
    return found?.mtime ?? new Date(0);
  }
}

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}
