import type { Environment } from '../environments/environment.ts';
import { ConfigError } from './config.ts';
import type { SandboxCounts } from './metrics.ts';

/** Containers of one image, as the pool counts them. */
interface ImageCount {
  readonly states: Readonly<Record<string, number>>;
  readonly warm: number;
}

export interface PoolCount {
  readonly images: Readonly<Record<string, ImageCount>>;
  readonly queued: number;
  /** Every place is taken: what is missing of an image gave way to another one. @default false */
  readonly full?: boolean;
}

/** Starts that fail in a row before the server gives up. */
const MAX_FAILURES = 3;

function usable({ states }: ImageCount): number {
  return (states.ready ?? 0) + (states.leased ?? 0) + (states.resetting ?? 0);
}

/** The pool's states over all images, for `/metrics`. */
export function sandboxCounts(count: PoolCount): SandboxCounts {
  const states: Record<string, number> = {};
  for (const image of Object.values(count.images)) {
    for (const [state, number] of Object.entries(image.states)) {
      states[state] = (states[state] ?? 0) + number;
    }
  }
  return { states, queued: count.queued };
}

/** Follows the pool until it is warm for the first time, and says later whether it still has what episodes need. */
export class WarmUp {
  readonly #count: () => PoolCount;
  readonly #done: Promise<void>;
  #resolve = (): void => {};
  #reject = (_error: Error): void => {};
  #wasWarm = false;

  constructor(count: () => PoolCount) {
    this.#count = count;
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who never waits for it learns of a failure from `ready`.
    this.#done.catch(() => {});
  }

  /** Settles when every image has its warm containers. @throws {Error} when they cannot be started */
  done(): Promise<void> {
    this.started();
    return this.#done;
  }

  /** A container has started. */
  started(): void {
    const { images, full = false } = this.#count();
    if (!full && !Object.values(images).every((image) => usable(image) >= image.warm)) return;
    this.#wasWarm = true;
    this.#resolve();
  }

  /** A container could not be started. */
  failed(image: string, reason: string, failures: number): void {
    if (failures < MAX_FAILURES) return;
    this.#reject(new Error(`No sandbox of image ${image} can be started: ${reason}`));
  }

  /** Give up waiting. */
  abort(reason: Error): void {
    this.#reject(reason);
  }

  /** Whether every image that is kept warm has a container to use, or gave way to others. */
  ready(): boolean {
    const { images, full = false } = this.#count();
    const each = Object.values(images);
    return this.#wasWarm && (full || each.every((image) => image.warm === 0 || usable(image) > 0));
  }
}

/**
 * Sandboxes to keep warm, by image, from a `--pool` that names environments and images alike. An environment stands
 * for its default image.
 * @throws {ConfigError} for a name that is neither
 */
export function warmImages(
  pool: Readonly<Record<string, number>>,
  environments: readonly Environment[],
): Record<string, number> {
  const defaults = new Map(environments.map(({ id, defaultImage }) => [id, defaultImage]));
  const images = new Set(environments.flatMap((one) => [one.defaultImage, ...one.images.map((i) => i.name)]));
  const warm: Record<string, number> = {};
  for (const [name, count] of Object.entries(pool)) {
    const image = defaults.get(name) ?? (images.has(name) ? name : undefined);
    if (image === undefined) {
      const known = [...defaults.keys(), ...images].join(', ');
      throw new ConfigError(
        `--pool ${name}=${count}: no environment or image has this name; known: ${known}`,
      );
    }
    warm[image] = (warm[image] ?? 0) + count;
  }
  return warm;
}
