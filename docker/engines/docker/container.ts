import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Container, Hold, OutsideChanges } from '../../engine.ts';
import { runnerPath } from '../../labels.ts';
import { type Condition, conditionOf, findProcess } from '../../process-condition.ts';
import type { ImageRef, Isolation } from '../../sandbox.ts';
import type { ContainerEnd } from './container-end.ts';
import { isEngineStatus } from './errors.ts';

/** Failed removals before a container is left to the reaper. */
const MAX_REFUSALS = 4;
/** Maximum wait for a removal that is already in progress, in milliseconds. */
const MAX_UNDER_WAY_MS = 60_000;
const UNDER_WAY_PAUSE_MS = 200;

/** Maximum wait for the engine's answer about a container, in milliseconds. */
const INSPECT_MS = 1_000;

export interface DockerContainerOptions {
  readonly container: Docker.Container;
  readonly image: ImageRef;
  readonly isolation: Isolation;
  readonly stream: Duplex;
  readonly end: ContainerEnd;
  readonly changes?: OutsideChanges;
  readonly hold?: Hold | undefined;
  /** Removes it from the engine. @default at once */
  readonly remove?: (container: Docker.Container) => Promise<unknown>;
  /** Called once when the container is removed. */
  readonly onRemoved: () => Promise<void>;
}

export class DockerContainer implements Container {
  readonly id: string;
  readonly image: ImageRef;
  readonly isolation: Isolation;
  readonly stream: Duplex;
  readonly exited: Promise<{ readonly reason: string }>;
  readonly changes?: OutsideChanges;
  readonly hold?: Hold;
  readonly #container: Docker.Container;
  readonly #remove: (container: Docker.Container) => Promise<unknown>;
  readonly #onRemoved: () => Promise<void>;
  readonly #end: ContainerEnd;
  #removal: Promise<void> | null = null;

  constructor(options: DockerContainerOptions) {
    this.#container = options.container;
    this.id = options.container.id;
    this.image = options.image;
    this.isolation = options.isolation;
    this.stream = options.stream;
    this.exited = options.end.exited;
    this.changes = options.changes;
    if (options.hold !== undefined) this.hold = options.hold;
    this.#end = options.end;
    this.#remove = options.remove ?? removeContainer;
    this.#onRemoved = options.onRemoved;
  }

  async condition(): Promise<Condition> {
    try {
      const { State } = await this.#container.inspect({ abortSignal: AbortSignal.timeout(INSPECT_MS) });
      if (State.Paused) return 'frozen';
      // If the engine is on another machine, the process id means nothing here.
      const runner = State.Running ? await findProcess(State.Pid, runnerPath) : undefined;
      return runner === undefined ? 'unknown' : await conditionOf(runner);
    } catch {
      return 'unknown';
    }
  }

  remove(): Promise<void> {
    this.#removal ??= (async () => {
      this.#end.expect();
      this.stream.destroy();
      await this.#remove(this.#container);
      await this.#onRemoved();
    })();
    return this.#removal;
  }
}

/** Outcome of a removal: `absent` was already gone; `kept` could not be removed. */
export type Removal = 'removed' | 'absent' | 'kept';

/**
 * Kill and remove a container in any state. Never throws: what the engine does not remove in several attempts is left
 * to the reaper.
 */
export async function removeContainer(container: Docker.Container): Promise<Removal> {
  const began = performance.now();
  for (let attempt = 0, refusals = 0; refusals < MAX_REFUSALS; attempt += 1) {
    try {
      await container.remove({ force: true, v: true });
      return 'removed';
    } catch (error) {
      if (isEngineStatus(error, 404)) return attempt === 0 ? 'absent' : 'removed';
      // Another client is removing it, or this server is, after an attempt whose answer was lost.
      const underWay = isEngineStatus(error, 409) && performance.now() - began < MAX_UNDER_WAY_MS;
      if (!underWay) refusals += 1;
      const pauseMs = underWay ? UNDER_WAY_PAUSE_MS : 50 * 3 ** refusals;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return 'kept';
}
