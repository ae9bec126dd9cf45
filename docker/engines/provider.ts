import type { Engine } from '../engine.ts';
import type { HostFree } from '../host.ts';
import type { ImageBuilder } from '../images/builder.ts';
import type { Owner } from '../owner.ts';
import type { Programs } from '../sandbox.ts';
import type { Finding, Look } from './finding.ts';
import type { RunFolder } from './run-folder.ts';

/** Why an engine cannot be used on this machine. */
export interface Lack {
  /** A few words, e.g. `no Docker engine (…)`. */
  readonly brief: string;
  /** Whole sentences for the operator: what is missing, and how to install it where that is known. */
  readonly message: string;
  /** What else to do when this engine was asked for by name. @default nothing */
  readonly advice?: string;
}

/** How sandboxes outlive their server. */
export interface HoldSettings {
  /** Where the keys of containers are kept, for the next server of the same state folder. */
  readonly folder: string;
  /** How long a sandbox waits for the next server, in milliseconds. */
  readonly graceMs: number;
}

/** What a server gives to the engine that it opens. */
export interface EngineParts {
  readonly owner: Owner;
  readonly runFolder: RunFolder;
  /** Where the run folders of all servers lie, to be reaped. */
  readonly runParent: string;
  /** `images/` of the state folder. */
  readonly imagesFolder: string;
  /** @default sandboxes end with their server */
  readonly held?: HoldSettings | undefined;
}

/** Everything that differs between engines. The folder of an engine exports one. */
export interface EngineProvider {
  /** A few words on what makes it usable, e.g. `a Docker engine answers`. */
  readonly found: string;
  /** Where the programs of its sandboxes come from: from images, which are built first, or from the machine. */
  readonly programs: Programs;
  /** What this machine lacks for it; `null` when it can be used. Never throws. */
  lack(): Promise<Lack | null>;
  /** What it needs of this machine, and whether that is there. All is `ok` where it can be used at its best. Never throws. */
  examine(look: Look): Promise<readonly Finding[]>;
  /** Whether its sandboxes can be shown folders of this machine. */
  isHere(): boolean;
  /** What the machine of its sandboxes has left, as a function that may be called often. */
  host(): () => HostFree;
  /** The engine, ready to be probed. */
  open(parts: EngineParts): Engine;
  /** Makes images for it. @param imagesFolder `images/` of the state folder */
  builder(imagesFolder: string): ImageBuilder;
  /** Kill every sandbox of the servers in this process, as the kernel does when memory runs out. */
  killSandboxes(): Promise<void>;
}
