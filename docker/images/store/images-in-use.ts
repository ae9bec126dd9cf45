import { relative } from 'node:path';
import { messageOf, SandboxError } from '../../errors.ts';
import type { StoredImage } from '../../sandbox.ts';
import { ImageStoreError } from './errors.ts';
import type { ImageStore } from './store.ts';
import type { ImageLease } from './stored.ts';

interface Use {
  readonly lease: Promise<ImageLease>;
  /** How many need it. */
  count: number;
}

/** The images of a store that this process uses: each has one lease, which ends when nobody needs it any more. */
export class ImagesInUse {
  readonly #store: ImageStore;
  readonly #uses = new Map<string, Use>();
  /** Leases that are ending. */
  readonly #endings = new Set<Promise<void>>();
  /** What was handed out, by identity. */
  readonly #shown = new WeakMap<StoredImage, Use>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /**
   * Take an image of the store into use.
   * @param name in the store
   * @returns the image as sandboxes show it; `release` ends the use, a second call does nothing
   * @throws {SandboxError} `image_missing`; `start_failed` if the store is damaged
   */
  async use(name: string): Promise<{ readonly image: StoredImage; release(): void }> {
    try {
      const use = this.#use(name);
      const release = this.#begun(name, use);
      try {
        const { image } = await use.lease;
        const { layers, config, digest } = image;
        const shown: StoredImage = {
          name,
          layers: layers.map((layer) => relative(this.#store.layersFolder, layer)),
          env: config.env,
          workdir: config.workdir,
          user: config.user,
        };
        this.#shown.set(shown, use);
        // Another image may have this name by now.
        if (digest === (await this.#store.digestOf(name))) return { image: shown, release };
        release();
        if (this.#uses.get(name) === use) this.#uses.delete(name);
      } catch (error) {
        release();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof ImageStoreError)) throw error;
      const code = error.code === 'not_found' ? 'image_missing' : 'start_failed';
      throw new SandboxError(code, `${messageOf(error)}.`, { cause: error });
    }
    return this.use(name);
  }

  /** Use an image for as long as a container shows it. @returns ends the use */
  keep(image: StoredImage): () => void {
    const known = this.#shown.get(image);
    if (known !== undefined) return this.#begun(image.name, known);
    // A server of before has named it.
    const use: Use = { lease: this.#store.use(image.name), count: 0 };
    // Without a lease it is shown all the same.
    use.lease.catch(() => {});
    return this.#begun(image.name, use);
  }

  /** Settles when the images that nobody needs any more are no longer in use. */
  async settled(): Promise<void> {
    await Promise.all(this.#endings);
  }

  #use(name: string): Use {
    const known = this.#uses.get(name);
    if (known !== undefined) return known;
    const use: Use = { lease: this.#store.use(name), count: 0 };
    use.lease.catch(() => {});
    this.#uses.set(name, use);
    return use;
  }

  #begun(name: string, use: Use): () => void {
    use.count += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      use.count -= 1;
      if (use.count > 0) return;
      if (this.#uses.get(name) === use) this.#uses.delete(name);
      // What cannot be released now goes with this process.
      const ending = use.lease.then((lease) => lease.release()).catch(() => {});
      this.#endings.add(ending);
      ending.finally(() => this.#endings.delete(ending));
    };
  }
}
