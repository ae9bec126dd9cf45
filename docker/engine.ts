import type { Duplex } from 'node:stream';
import type { Condition } from './process-condition.ts';
import type { ImageRef, Isolation, LayerDiff, Programs } from './sandbox.ts';

/** Limits of the agent's processes in one sandbox. */
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

/** What a container in `layer` isolation gets in addition to the agent's limits, for its runner and for inspections. */
export const runnersShare = { memoryBytes: 64 * 2 ** 20, pids: 32 } as const;

export interface StartOptions {
  readonly image: string;
  readonly limits: Limits;
  /** `none` leaves only loopback. */
  readonly network: 'none' | 'bridge';
  /**
   * Folder of the engine's machine, one folder in it for each layer of an image. The runner sees it read-only at `storePath`, what
   * is added later too, and can reset the sandbox to any image made of them. All of it must be on one file system.
   * @default only the container's own image
   */
  readonly store?: string | undefined;
}

/** Changes of a container as its engine reports them, for a runner that has no layers to compare. */
export interface OutsideChanges {
  /** @throws {SandboxError} `died` */
  mark(): Promise<void>;
  /** @throws {SandboxError} `died` */
  diff(): Promise<LayerDiff>;
}

/** How a runner outlives its server. */
export interface Hold {
  /** What the next server shows to attach. */
  readonly key: string;
  /** How long the runner waits for it, in milliseconds. */
  readonly graceMs: number;
}

/** A started container with its runner. */
export interface Container {
  readonly id: string;
  readonly image: ImageRef;
  /** The isolation it was made for: in a container with the rights for layers, no agent may run without a layer. */
  readonly isolation: Isolation;
  /** Raw bytes to and from the runner. It ends when the container does. */
  readonly stream: Duplex;
  /** Settles once, when the container has ended. */
  readonly exited: Promise<{ readonly reason: string }>;
  /**
   * The condition of the runner's process, for when it does not answer. May ask the engine; never throws.
   * @default unknown
   */
  condition?(): Promise<Condition>;
  /** In `replace` isolation, used instead of the runner's `mark` and `diff`. @default the runner's own */
  readonly changes?: OutsideChanges;
  /** Its runner keeps a lease for the next server. @default it ends with its server */
  readonly hold?: Hold;
  /** Kill it and remove everything of it. Never throws; a second call waits for the first. */
  remove(): Promise<void>;
}

/** The engine port: starts containers that run the runner. */
export interface Engine {
  /** As in the table of engines, e.g. `docker`. */
  readonly name: string;
  /** Where the programs of its sandboxes come from: the image, or the machine. */
  readonly programs: Programs;
  /** Try out which isolation this engine can give, and why. */
  probe(): Promise<{ readonly isolation: Isolation; readonly reason: string }>;
  /** The image of this name. Its digest stays the same while the image exists. @throws {SandboxError} `image_missing` */
  image(name: string): Promise<ImageRef>;
  /** @throws {SandboxError} `image_missing`, `start_failed` */
  start(options: StartOptions): Promise<Container>;
  /**
   * Connect to a container of a server that has ended, whose runner waits for the next one. `hold` has the key to show.
   * @returns `undefined` if nothing is known of it, or its server has not ended
   * @throws {SandboxError} `start_failed` if it has ended or cannot be taken back; it is removed then
   */
  takeBack?(id: string): Promise<Container | undefined>;
  /** Remove what dead servers left behind; returns how many things were removed. */
  reap(): Promise<number>;
  close(): Promise<void>;
}
