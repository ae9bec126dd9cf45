import type { Environment } from '../environments/environment.ts';
import { ConfigError } from './config/config.ts';
import type { SandboxCounts } from './registry/server-facts.ts';
import type { Counts } from './watch/sampler.ts';

/** Containers of one image, as the pool counts them. */
interface ImageCount {
  readonly states: Readonly<Record<string, number>>;
  readonly warm: number;
}

export interface PoolCount {
  readonly images: Readonly<Record<string, ImageCount>>;
  readonly queued: number;
  /** The pool is full: missing sandboxes have given way to other images. @default false */
  readonly full?: boolean;
}

/** Consecutive failed starts after which the server gives up. */
const MAX_FAILURES = 3;

function usable({ states }: ImageCount): number {
  return (states.ready ?? 0) + (states.leased ?? 0) + (states.resetting ?? 0);
}

/** The pool's states over all images, for `/metrics` and `server/state`. @param max maximum number of sandboxes */
export function sandboxCounts(count: PoolCount, max: number): SandboxCounts {
  const states: Record<string, number> = {};
  for (const image of Object.values(count.images)) {
    for (const [state, number] of Object.entries(image.states)) {
      states[state] = (states[state] ?? 0) + number;
    }
  }
  return { states, max, queued: count.queued };
}

/** Its states by image, for those who watch. */
export function poolStates({
  failed,
  images,
}: {
  readonly failed: number;
  readonly images: Readonly<Record<string, ImageCount & { readonly waiting: number }>>;
}): ReturnType<Counts['pools']> {
  const pools = Object.entries(images).map(([image, { states, waiting, warm }]) => {
    return { image, states: { ...states }, waiting, warm };
  });
  return { pools, failed_starts: failed };
}

/** Tracks when the pool is warm for the first time, and whether it can still serve episodes later. */
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
    // Callers that do not wait for it see a failure in `ready`.
    this.#done.catch(() => {});
  }

  /** Settles when every image has its warm containers. @throws {Error} if they cannot be started */
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

  /** Whether every image to keep warm has a usable container, or has given way to others. */
  ready(): boolean {
    const { images, full = false } = this.#count();
    const each = Object.values(images);
    return this.#wasWarm && (full || each.every((image) => image.warm === 0 || usable(image) > 0));
  }
}

/**
 * Number of sandboxes to keep warm, by image. `--pool` may name images and environments; an environment means its default
 * image.
 * @throws {ConfigError} for an unknown name
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
