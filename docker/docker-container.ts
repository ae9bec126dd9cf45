import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerEnd } from './docker-end.ts';
import { isEngineStatus } from './docker-errors.ts';
import type { Container, OutsideChanges } from './engine.ts';
import type { ImageRef, Isolation } from './sandbox.ts';

const removeAttempts = 4;

export interface DockerContainerOptions {
  readonly container: Docker.Container;
  readonly image: ImageRef;
  readonly isolation: Isolation;
  readonly stream: Duplex;
  readonly end: ContainerEnd;
  readonly changes?: OutsideChanges;
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
  readonly #container: Docker.Container;
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
    this.#end = options.end;
    this.#onRemoved = options.onRemoved;
  }

  remove(): Promise<void> {
    this.#removal ??= (async () => {
      this.#end.expect();
      this.stream.destroy();
      await removeContainer(this.#container);
      await this.#onRemoved();
    })();
    return this.#removal;
  }
}

/**
 * Kill and remove a container in whatever state it is. Never throws: what an engine would not remove in several
 * attempts is left to the reaper.
 * @returns whether it is gone
 */
export async function removeContainer(container: Docker.Container): Promise<boolean> {
  for (let attempt = 1; attempt <= removeAttempts; attempt += 1) {
    try {
      await container.remove({ force: true, v: true });
      return true;
    } catch (error) {
      if (isEngineStatus(error, 404)) return true;
      // 409: somebody else removes it at this moment; anything else may be over at the next attempt.
      await new Promise((resolve) => setTimeout(resolve, 50 * 3 ** attempt));
    }
  }
  return false;
}
