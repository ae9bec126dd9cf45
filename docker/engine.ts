import type { Duplex } from 'node:stream';
import type { Condition } from './process-condition.ts';
import type { ImageRef, Isolation, LayerDiff } from './sandbox.ts';

/** Limits of one sandbox: of what the agent's processes use. */
export interface Limits {
  /** @default 512 MiB */
  readonly memoryBytes: number;
  /** @default 1 */
  readonly cpus: number;
  /** @default 256 */
  readonly pids: number;
  /** Size of an episode's layer. @default 128 MiB */
  readonly layerBytes: number;
  /** Files in an episode's layer. @default 32,768 */
  readonly layerInodes: number;
}

/** What a container in `layer` isolation has beside the agent's limits, for its runner and for programs that look at files. */
export const runnersShare = { memoryBytes: 64 * 2 ** 20, pids: 32 } as const;

export interface StartOptions {
  readonly image: string;
  readonly limits: Limits;
  /** `none` leaves only loopback. */
  readonly network: 'none' | 'bridge';
}

/** Differences of a container as its engine sees them, where its runner has no layers to compare. */
export interface OutsideChanges {
  /** @throws {SandboxError} `died` */
  mark(): Promise<void>;
  /** @throws {SandboxError} `died` */
  diff(): Promise<LayerDiff>;
}

/** A started container with its runner, before the pool gives it to anyone. */
export interface Container {
  readonly id: string;
  readonly image: ImageRef;
  /** What it was made for: in a container with the rights for layers, no agent may run without one. */
  readonly isolation: Isolation;
  /** Raw bytes to and from the runner. It ends when the container does. */
  readonly stream: Duplex;
  /** Settles once when the container has ended, for whatever reason. */
  readonly exited: Promise<{ readonly reason: string }>;
  /**
   * What is known of the runner's process when it does not answer. It may ask the engine, and never throws.
   * @default nothing
   */
  condition?(): Promise<Condition>;
  /** In `replace` isolation, takes the place of the runner's `mark` and `diff`. @default the runner's own */
  readonly changes?: OutsideChanges;
  /** End it and remove every trace. Never throws; a second call waits for the first. */
  remove(): Promise<void>;
}

/** The engine port: starts containers that run the runner. */
export interface Engine {
  /** As in the table of engines, e.g. `docker`. */
  readonly name: string;
  /** What this engine can do, found by `probe`, and why. */
  probe(): Promise<{ readonly isolation: Isolation; readonly reason: string }>;
  /** The image that this engine's containers of that name have, one and the same while it exists. @throws {SandboxError} `image_missing` */
  image(name: string): Promise<ImageRef>;
  /** @throws {SandboxError} `image_missing`, `start_failed` */
  start(options: StartOptions): Promise<Container>;
  /** Remove what dead servers left behind; returns how many things were removed. */
  reap(): Promise<number>;
  close(): Promise<void>;
}
