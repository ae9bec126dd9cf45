import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import { z } from 'zod';
import { isSystemError } from './errors.ts';
import type { Places } from './places.ts';

/** How often to show that pins are still meant, for processes that cannot look at this one, in milliseconds. */
const REFRESH_MS = 60 * 60 * 1_000;

const Pinned = z.object({
  name: z.string(),
  digest: z.string(),
  layers: z.array(z.string()),
});
/** What a process uses: an image, or the layers of one that it is adding. */
export type Pinned = z.infer<typeof Pinned>;

/** Keeps images in use from being removed. A pin is a file with the name of its process: it goes with the process. */
export class Pins {
  readonly #places: Places;
  readonly #own = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(places: Places) {
    this.#places = places;
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS).unref();
  }

  /** @returns what ends it */
  async pin(pinned: Pinned): Promise<() => Promise<void>> {
    const path = this.#places.in('pins', this.#places.mark());
    // It goes with its process, so that it need not be on the disk: a lease is taken while an episode waits.
    await this.#places.write(path, JSON.stringify(pinned), false);
    this.#own.add(path);
    return async () => {
      this.#own.delete(path);
      await rm(path, { force: true });
    };
  }

  /** What living processes use, this one included. */
  async live(): Promise<Pinned[]> {
    const found: Pinned[] = [];
    for (const name of await readdir(this.#places.in('pins'))) {
      const path = this.#places.in('pins', name);
      if (await this.#places.isLive(name, path)) {
        const text = await readFile(path, 'utf8').catch((error: unknown) => {
          if (isSystemError(error, 'ENOENT')) return null;
          throw error;
        });
        if (text !== null) found.push(Pinned.parse(JSON.parse(text)));
      } else await rm(path, { force: true });
    }
    return found;
  }

  /** End all pins of this object. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#own].map((path) => rm(path, { force: true })));
    this.#own.clear();
  }

  #refresh(): void {
    const now = new Date();
    // A pin may end meanwhile.
    for (const path of this.#own) utimes(path, now, now).catch(() => {});
  }
}
