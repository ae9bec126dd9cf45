import { SandboxError } from '../errors.ts';
import type { AcquireOptions, Sandbox, SandboxSource, StoredImage } from '../sandbox.ts';

/** An image of the store that stays there until `release`. */
export interface UsedImage {
  readonly image: StoredImage;
  release(): void;
}

export interface StoredSourceOptions {
  /** Hands out sandboxes that can show images of the store. */
  readonly sandboxes: SandboxSource;
  /** Name of the image of these sandboxes' containers. */
  readonly container: string;
  /** Whether an image of this name is one of the store. */
  readonly isStored: (name: string) => boolean;
  /** Take an image of the store into use, by the name of its definition. @throws {SandboxError} `image_missing` */
  readonly use: (name: string) => Promise<UsedImage>;
  /** Why no sandbox can show images of the store. @default sandboxes can */
  readonly refusal?: string | undefined;
}

/** Hands out sandboxes of one image for all images of the store: they take these at their reset. */
export class StoredSource implements SandboxSource {
  readonly #options: StoredSourceOptions;

  constructor(options: StoredSourceOptions) {
    this.#options = options;
  }

  async acquire(options: AcquireOptions): Promise<Sandbox> {
    const { sandboxes, container, isStored, use, refusal } = this.#options;
    const { image, environment = image } = options;
    if (!isStored(image)) return sandboxes.acquire(options);
    if (refusal !== undefined) throw new SandboxError('not_supported', `Image "${image}": ${refusal}`);
    const used = await use(image);
    try {
      return await sandboxes.acquire({ ...options, image: container, stored: used.image, environment });
    } finally {
      // From here on the container that shows it keeps it.
      used.release();
    }
  }
}
