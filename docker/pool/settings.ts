import type { Limits } from '../engine.ts';
import { type HostFree, UNKNOWN_HOST } from '../host.ts';
import type { ChannelOptions } from '../link/channel.ts';
import type { StoredImage } from '../sandbox.ts';

/** Settings of one image's containers. */
export interface ImageSettings {
  /**
   * Containers kept alive without any request, including leased ones, unless another image needs their places.
   * @default 0
   */
  readonly warm?: number;
  /** Maximum number of containers. @default the larger of `defaultMax` and `warm` */
  readonly max?: number;
  /** Limits that differ from the pool's. */
  readonly limits?: Partial<Limits>;
  /** @default the pool's `network` */
  readonly network?: 'none' | 'bridge';
}

export interface PoolOptions {
  /** By image name; other images get `{ warm: 0, max: defaultMax }`. @default {} */
  readonly images?: Readonly<Record<string, ImageSettings>>;
  /** Maximum number of containers of an image without its own `max`. @default 16 */
  readonly defaultMax?: number;
  /** Maximum number of containers over all images, without the grading reserve. @default 64 */
  readonly totalMax?: number;
  /** Additional containers for grades only, over all images. @default 2 */
  readonly gradingReserve?: number;
  /** Containers started at the same time. @default 4 */
  readonly parallelStarts?: number;
  /**
   * How long another image's warm container must have been free before it gives way to an image that has a container
   * already, in milliseconds. An image without any container gets the place at once. @default 5,000
   */
  readonly giveWayMs?: number;
  /**
   * How long a container in the place of another image's warm one may stay free, in milliseconds.
   * @default 60,000
   */
  readonly lingerMs?: number;
  /** How long a container beyond its image's `warm` may stay free before it is removed, in milliseconds. @default never */
  readonly idleMs?: number;
  /** What the machine has left: no container beyond the warm ones starts while that is too little. @default no limit */
  readonly host?: () => HostFree;
  /** Maximum wait in the queue, in milliseconds. @default 30,000 */
  readonly queueTimeoutMs?: number;
  /** Maximum time from the engine's start to the runner's first layer, in milliseconds. @default 60,000 */
  readonly startTimeoutMs?: number;
  /** Failed starts of an image in a row before the requests that wait for it fail. @default 3 */
  readonly startAttempts?: number;
  /** Pause after a failed start, in milliseconds; it doubles with each one in a row. @default 500 */
  readonly backoffMs?: number;
  /** Maximum pause after a failed start, in milliseconds. @default 30,000 */
  readonly maxBackoffMs?: number;
  /** Time between two health checks of free containers, in milliseconds. @default 15,000 */
  readonly healthIntervalMs?: number;
  /** A free container that takes longer to answer a health check is replaced, in milliseconds. @default 5,000 */
  readonly pingTimeoutMs?: number;
  /** Limits of each container. @default as `Limits` says */
  readonly limits?: Partial<Limits>;
  /** @default 'none' */
  readonly network?: 'none' | 'bridge';
  /** Folder of the image store; see `StartOptions`. @default sandboxes have only their own image */
  readonly store?: string | undefined;
  /**
   * Called when a container begins to show an image of the store; what it returns, once when the container no longer does.
   * @default nothing is called
   */
  readonly keep?: (image: StoredImage) => () => void;
  /** Code that every new sandbox of an image runs before its first lease. @default none */
  readonly prepare?: (image: string) => string | undefined;
  /** Deadlines of requests to runners. */
  readonly channel?: ChannelOptions;
  /** Called with every event, for logs and metrics. It must not throw. @default none */
  readonly onEvent?: (event: PoolEvent) => void;
  /** Milliseconds from any fixed moment. @default `performance.now` */
  readonly now?: () => number;
}

/** Options with defaults filled in. */
export type PoolSettings = Required<Omit<PoolOptions, 'limits' | 'store'>> &
  Pick<PoolOptions, 'store'> & { readonly limits: Limits };

/** What happens to the pool's containers. `id` is the container's. */
export type PoolEvent =
  | {
      readonly type: 'started';
      readonly image: string;
      readonly id: string;
      /** Started from the grading reserve. */
      readonly reserve: boolean;
      readonly durationMs: number;
    }
  | {
      readonly type: 'start_failed';
      readonly image: string;
      readonly reason: string;
      /** Failures in a row, this one included. */
      readonly failures: number;
      /** Pause until the next start of this image. */
      readonly retryInMs: number;
    }
  | { readonly type: 'reset'; readonly image: string; readonly id: string; readonly durationMs: number }
  | {
      readonly type: 'removed';
      readonly image: string;
      readonly id: string;
      readonly cause: RemovalCause;
      readonly reason: string;
    };

/** Why a container left the pool; all but `drain`, `idle` and `room` count as replaced. */
export type RemovalCause =
  /** `replace` isolation: one lease, one container. */
  | 'used'
  /** A lease saw a fault, or was released with a call under way. */
  | 'poisoned'
  | 'reset_failed'
  /** It did not answer the health check. */
  | 'unhealthy'
  /** The container ended, or its runner did not answer or sent something invalid. */
  | 'died'
  /** Another image needed its place. */
  | 'room'
  /** Free for a long time, or for a short one while the machine has too little left. */
  | 'idle'
  | 'drain';

const MIB = 1024 * 1024;

const DEFAULT_LIMITS: Limits = {
  memoryBytes: 512 * MIB,
  cpus: 1,
  pids: 256,
  layerBytes: 128 * MIB,
  layerInodes: 32_768,
};

/**
 * Fill in the defaults.
 * @throws {RangeError} if options contradict each other
 */
export function poolSettings(options: PoolOptions): PoolSettings {
  const settings: PoolSettings = {
    images: options.images ?? {},
    defaultMax: options.defaultMax ?? 16,
    totalMax: options.totalMax ?? 64,
    gradingReserve: options.gradingReserve ?? 2,
    parallelStarts: options.parallelStarts ?? 4,
    giveWayMs: options.giveWayMs ?? 5_000,
    lingerMs: options.lingerMs ?? 60_000,
    idleMs: options.idleMs ?? Number.POSITIVE_INFINITY,
    host: options.host ?? (() => UNKNOWN_HOST),
    queueTimeoutMs: options.queueTimeoutMs ?? 30_000,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    startAttempts: options.startAttempts ?? 3,
    backoffMs: options.backoffMs ?? 500,
    maxBackoffMs: options.maxBackoffMs ?? 30_000,
    healthIntervalMs: options.healthIntervalMs ?? 15_000,
    pingTimeoutMs: options.pingTimeoutMs ?? 5_000,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    network: options.network ?? 'none',
    store: options.store,
    keep: options.keep ?? (() => () => {}),
    prepare: options.prepare ?? (() => undefined),
    channel: options.channel ?? {},
    onEvent: options.onEvent ?? (() => {}),
    now: options.now ?? (() => performance.now()),
  };
  check(settings);
  return settings;
}

function check(settings: PoolSettings): void {
  for (const name of ['defaultMax', 'totalMax', 'parallelStarts', 'startAttempts'] as const) {
    if (settings[name] < 1) throw new RangeError(`${name} must be at least 1, not ${settings[name]}.`);
  }
  let warm = 0;
  for (const [image, of] of Object.entries(settings.images)) {
    if (of.max !== undefined && (of.warm ?? 0) > of.max) {
      throw new RangeError(`Image "${image}": warm (${of.warm}) is more than max (${of.max}).`);
    }
    warm += of.warm ?? 0;
  }
  if (warm > settings.totalMax) {
    throw new RangeError(`All images together: warm (${warm}) is more than totalMax (${settings.totalMax}).`);
  }
}
